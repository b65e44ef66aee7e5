"""The clock of a process, which a test may move while it runs (clock_shift.cc)."""
import pathlib
import struct

from server import BIN


class Clock:
    """Start the process with `environment`. What it holds is in a file of `folder`."""

    def __init__(self, folder, name):
        self._path = pathlib.Path(folder, name)
        self._path.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": str(BIN / "libbulian_clock_shift.so"), "BULIAN_CLOCK_SHIFT_FILE": str(self._path)}

    def jump(self, seconds):
        """To so many seconds after the machine's clock."""
        with open(self._path, "r+b") as file:
            file.write(struct.pack("<q", int(seconds * 1e9)))
