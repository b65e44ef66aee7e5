"""A test whose servers share a folder of its own, each with a client."""
import tempfile
import unittest

from client import Client
from server import Server
from small_cluster import en


class ServerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bulian-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def start(self, *flags, new=False, environment=None):
        """A server on the test's folder and a client of it; with the cluster when `new`."""
        server = Server(self.folder, *flags, environment=environment).__enter__()
        self.addCleanup(server.__exit__)
        client = Client(server.grpc)
        self.addCleanup(client.close)
        if new:
            client("CreateCluster", cluster_id="small", cluster=dict(display_name=en("Small")))
        return server, client
