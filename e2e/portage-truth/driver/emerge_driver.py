"""Runs emerge with the Portage on PYTHONPATH, and tells what it displayed as Portage's own objects know it.

Comes in: one request per line of standard input, as JSON: argv of emerge, the whole environment, and the files that shall
get stdout, stderr and the record. Goes out: the record as JSON in its file, and one line "done" on standard output. Each
request runs in a child, so that Portage begins afresh without being imported again.
"""

import json
import os
import sys
import traceback

import portage

portage._internal_caller = True
portage._disable_legacy_globals()

import _emerge.actions  # noqa: F401  imported here once, not by each child
import _emerge.depgraph  # noqa: F401
from _emerge.main import emerge_main
from record_display import recorded_lists, watch_display
from record_notes import recorded_notes, watch_notes


def main():
    watch_display()
    watch_notes()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            run_child(request)
        os.waitpid(child, 0)
        sys.stdout.write("done\n")
        sys.stdout.flush()


def run_child(request):
    """Never returns: whatever happens must not reach the parent's loop."""
    status = 70
    try:
        redirect(request)
        record = {"lists": recorded_lists(), **recorded_notes(), **run_emerge(request["argv"])}
        with open(request["record"], "w", encoding="utf-8") as file:
            json.dump(record, file)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def redirect(request):
    os.environ.clear()
    os.environ.update(request["environment"])
    # Portage keeps its own prefix apart from that of the host it works on; for an installed one both are the same
    portage.const.EPREFIX = request["environment"]["EPREFIX"]
    for descriptor, name in ((0, os.devnull), (1, request["stdout"]), (2, request["stderr"])):
        flags = os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        opened = os.open(name, flags, 0o644)
        os.dup2(opened, descriptor)
        os.close(opened)


def run_emerge(argv):
    """The exit status of emerge, and the error it broke down with, if it did."""
    try:
        return {"exit": emerge_main(argv) or 0, "error": None}
    except SystemExit as exit_of_emerge:
        code = exit_of_emerge.code
        return {"exit": code if isinstance(code, int) else 0 if code is None else 1, "error": None}
    except Exception:
        text = traceback.format_exc()
        sys.stderr.write(text)
        return {"exit": 1, "error": text}
    finally:
        portage.process.run_exitfuncs()


if __name__ == "__main__":
    main()
