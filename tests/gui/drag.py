#!/usr/bin/env python3
"""Drags files onto a window and lets them go there, as a file manager does (XDND 5, freedesktop.org/wiki/Specifications/XDND).
Needs Debian's python3-xlib.

usage: drag.py WINDOW FILE…     WINDOW: its number. exit 0: the window has taken them
"""

import sys
import time
from pathlib import Path

from Xlib import X, Xatom, display
from Xlib.protocol import event

PATIENCE = 60  # seconds
VERSION = 5


class Drag:
    def __init__(self, target, files):
        self.screen = display.Display()
        self.target = self.screen.create_resource_object("window", target)
        root = self.screen.screen().root
        self.source = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self.text = "".join(f"{Path(file).absolute().as_uri()}\r\n" for file in files).encode()
        place = self.target.translate_coords(root, 0, 0)
        shape = self.target.get_geometry()
        self.at = (shape.width // 2 - place.x, shape.height // 2 - place.y)
        self.source.set_selection_owner(self.atom("XdndSelection"), X.CurrentTime)

    def atom(self, name):
        return self.screen.intern_atom(name)

    def tell(self, name, *data):
        data = [self.source.id, *data, 0, 0, 0, 0][:5]
        self.target.send_event(event.ClientMessage(window=self.target, client_type=self.atom(name), data=(32, data)))

    def wait_for(self, name):
        """Until the window says so; whoever asks for the files meanwhile gets them."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if not self.screen.pending_events():
                time.sleep(0.01)
                continue
            got = self.screen.next_event()
            if got.type == X.SelectionRequest:
                self.give(got)
            elif got.type == X.ClientMessage and got.client_type == self.atom(name):
                return got.data[1]
        sys.exit(f"error: the window does not answer with {name}")

    def give(self, asked):
        got = X.NONE
        if asked.target == self.atom("text/uri-list"):
            asked.requestor.change_property(asked.property, asked.target, 8, self.text)
            got = asked.property
        answer = event.SelectionNotify(time=asked.time, requestor=asked.requestor, selection=asked.selection,
                                       target=asked.target, property=got)
        asked.requestor.send_event(answer)

    def drop(self):
        aware = self.target.get_full_property(self.atom("XdndAware"), Xatom.ATOM)
        if aware is None:
            sys.exit("error: the window takes no files")
        self.tell("XdndEnter", VERSION << 24, self.atom("text/uri-list"))
        self.tell("XdndPosition", 0, self.at[0] << 16 | self.at[1], X.CurrentTime, self.atom("XdndActionCopy"))
        self.screen.flush()
        if not self.wait_for("XdndStatus")[1] & 1:
            sys.exit("error: the window refuses the files")
        self.tell("XdndDrop", 0, X.CurrentTime)
        self.screen.flush()
        self.wait_for("XdndFinished")


if __name__ == "__main__":
    Drag(int(sys.argv[1]), sys.argv[2:]).drop()
