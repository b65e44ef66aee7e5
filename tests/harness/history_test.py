"""The check of a history finds every kind of thing that must not happen."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from history import Commit, History  # noqa: E402

LOG = [Commit(1, "made", None, None), Commit(2, "a", 0, 1), Commit(3, "b", 1, 2), Commit(4, "c", 2, 3)]


def good():
    history = History()
    for commit in LOG:
        history.watched("w", commit)
        if commit.after:
            history.sent(commit.request_id)
            history.acknowledged(commit.request_id, (1, commit.number))
            history.read("r", (1, commit.number), (1, commit.number), commit.after)
    return history


class HistoryTest(unittest.TestCase):
    def told(self, history, log, what):
        problems = history.check(log)
        self.assertTrue(any(what in problem for problem in problems), problems)

    def test_nothing_is_wrong(self):
        self.assertEqual(good().check(LOG), [])

    def test_an_unknown_outcome_may_be_either(self):
        for log in (LOG, [*LOG, Commit(5, "d", 3, 4)]):
            history = good()
            history.sent("d")
            if len(log) > len(LOG):
                history.watched("w", log[-1])
            self.assertEqual(history.check(log), [])

    def test_a_lost_commit(self):
        self.told(good(), LOG[:-1], "c, acknowledged at (1, 4), is lost")

    def test_a_commit_done_twice(self):
        self.told(good(), [*LOG, Commit(5, "c", 3, 4)], "c is there twice")

    def test_a_commit_nobody_sent(self):
        self.told(good(), [*LOG, Commit(5, "x", 3, 4)], "x was never sent")

    def test_a_hole_in_the_log(self):
        self.told(good(), [*LOG, Commit(6, "d", 3, 4)], "the log has 6 after 4")

    def test_compare_and_set(self):
        self.told(good(), [*LOG[:3], Commit(4, "c", 1, 2)], "violated at 4: 1 to 2 where it was 2")

    def test_a_commit_before_what_was_acknowledged_when_it_was_sent(self):
        history = good()
        history.sent("d")
        history.acknowledged("d", (1, 5))
        self.told(history, [LOG[0], Commit(2, "d", 0, 1), Commit(3, "a", 1, 2), Commit(4, "b", 2, 3), Commit(5, "c", 3, 4)], "d is at 2, sent after (1, 4)")

    def test_a_watcher_that_misses_repeats_or_is_told_another(self):
        for watched, what in ((LOG[0:2] + LOG[3:], "was told 4 after 2"), ([*LOG, LOG[3]], "was told 4 after 4"),
                              (LOG[:3], "other commits"), ([*LOG[:3], Commit(4, "x", 2, 3)], "other commits")):
            history = good()
            for commit in watched:
                history.watched("other", commit)
            self.told(history, LOG, what)

    def test_a_reader_that_goes_back_or_is_not_waited_for(self):
        for asked, revision, value in (((1, 4), (1, 3), 3), ((0, 0), (1, 3), 3), ((0, 0), (1, 5), 2)):
            history = good()
            history.read("r", asked, revision, value)
            self.told(history, LOG, "reader r")


if __name__ == "__main__":
    unittest.main()
