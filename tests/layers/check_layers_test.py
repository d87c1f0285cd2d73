#!/usr/bin/env python3
"""Proves that check_layers.py finds breaches: each case is a small tree with one illegal include."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKER = pathlib.Path(__file__).with_name("check_layers.py")


def check(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return subprocess.run([sys.executable, CHECKER, folder], capture_output=True, text=True)


class LayerCheck(unittest.TestCase):
    def refuses(self, name, include, words):
        result = check({name: f"#include {include}\n"})
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(words, result.stdout)
        self.assertIn(f"{name}:1", result.stdout)

    def test_accepts_downward_includes(self):
        result = check({"campaign/a.cpp": '#include "encode/b.h"\n#include <vector>\n', "encode/b.h": '#include "core/c.h"\n'})
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_refuses_a_stage_that_includes_a_stage(self):
        self.refuses("overlay/a.cpp", '"encode/b.h"', "overlay must not include encode/b.h")

    def test_refuses_an_upward_include(self):
        self.refuses("core/a.h", '"media/frame.h"', "core must not include media/frame.h")

    def test_refuses_cli_from_anywhere(self):
        self.refuses("campaign/a.cpp", '"cli/session.h"', "campaign must not include")

    def test_refuses_frames_in_track(self):
        self.refuses("track/a.cpp", '"media/frame.h"', "track must not include")

    def test_refuses_curl_outside_net(self):
        self.refuses("upload/a.cpp", "<curl/curl.h>", "belongs to net")

    def test_refuses_opencv_outside_its_two_floors(self):
        self.refuses("encode/a.cpp", "<opencv2/core.hpp>", "belongs to")

    def test_refuses_libav_outside_its_floors(self):
        self.refuses("campaign/a.cpp", "<libavcodec/avcodec.h>", "belongs to")

    def test_refuses_av_h_in_a_header(self):
        self.refuses("encode/a.h", '"media/av.h"', "is for .cpp files")

    def test_refuses_av_h_in_campaign(self):
        self.refuses("campaign/a.cpp", '"media/av.h"', "libav stays behind")

    def test_refuses_a_third_party_header_in_a_public_header(self):
        self.refuses("track/a.h", "<boost/beast.hpp>", "in a public header")

    def test_refuses_another_folders_internal_header(self):
        result = check({"overlay/c.h": "// Draws. Internal to overlay.\n#include <cairo.h>\n", "campaign/a.cpp": '#include "overlay/c.h"\n'})
        self.assertEqual(result.returncode, 1)
        self.assertIn("campaign/a.cpp:1: overlay/c.h is internal to overlay", result.stdout)
        self.assertNotIn("overlay/c.h:2", result.stdout)

    def test_refuses_an_include_without_a_folder(self):
        self.refuses("core/a.cpp", '"error.h"', "name the folder")

    def test_refuses_an_empty_tree(self):
        self.assertEqual(check({}).returncode, 1)


if __name__ == "__main__":
    unittest.main()
