"""Watches Portage's display of merge lists, and keeps what its package objects say about each row.

Only the objects are read (packages, their USE, what is installed, counters), never the text that is printed.
"""

from _emerge.resolver.output import Display

_lists = []


def recorded_lists():
    """One entry per list that was displayed, in order; filled while emerge runs."""
    return _lists


def watch_display():
    _around("__call__", _display)
    _around("_blockers", _blocker)
    _around("set_pkg_info", _package)
    _around("verbose_size", _size)


def _around(name, watcher):
    original = getattr(Display, name)
    setattr(Display, name, lambda self, *args, **kwargs: watcher(original, self, *args, **kwargs))


def _display(original, self, depgraph, *args, **kwargs):
    self.truth_rows = []
    shown = {"finished": False, "options": sorted(depgraph._frozen_config.myopts), "rows": []}
    _lists.append(shown)
    result = original(self, depgraph, *args, **kwargs)
    rows = [_row(self, seen) for seen in self.truth_rows]
    # Blockers that nothing resolves are printed behind all others
    rows.sort(key=lambda row: row["kind"] == "blocks" and not row["satisfied"])
    shown["rows"] = rows
    shown["totals"] = _totals(self.counters)
    shown["finished"] = True
    return result


def _blocker(original, self, blocker):
    result = original(self, blocker)
    self.truth_rows.append({"blocker": blocker, "atom": str(self.resolved)})
    return result


def _package(original, self, pkg, ordered):
    info = original(self, pkg, ordered)
    self.truth_rows.append({"pkg": pkg, "info": info, "bytes": None})
    return info


def _size(original, self, pkg, repositories, info):
    before = self.counters.totalsize
    result = original(self, pkg, repositories, info)
    if info.merge:
        self.truth_rows[-1]["bytes"] = self.counters.totalsize - before
    return result


def _row(display, seen):
    if "blocker" in seen:
        return {"kind": "blocks", "atom": seen["atom"], "satisfied": bool(seen["blocker"].satisfied)}
    pkg, info = seen["pkg"], seen["info"]
    kind = pkg.type_name if info.merge else info.operation
    enabled = set(display.conf.pkg_use_enabled(pkg))
    return {
        "kind": kind,
        "cpv": str(pkg.cpv),
        "buildId": pkg.cpv.build_id if kind == "binary" else None,
        "slot": pkg.slot,
        "subslot": pkg.sub_slot,
        "repository": pkg.repo,
        "marks": _marks(info.attr_display),
        "mask": _mask(pkg),
        "installed": [old.version for old in info.oldbest_list],
        "enabled": sorted(flag for flag in pkg.iuse.all if flag in enabled),
        "disabled": sorted(flag for flag in pkg.iuse.all if flag not in enabled),
        "hidden": sorted(pkg.use.expand_hidden),
        "bytes": seen["bytes"],
    }


def _marks(marks):
    names = ("new", "new_slot", "replace", "force_reinstall", "new_version", "downgrade")
    names += ("fetch_restrict", "fetch_restrict_satisfied", "interactive")
    return [name for name in names if getattr(marks, name)]


def _mask(pkg):
    if pkg.isHardMasked():
        return "#"
    return {None: None, "missing": "*", "unstable": "~"}[pkg.get_keyword_mask()]


def _totals(counters):
    merges = counters.upgrades + counters.downgrades + counters.new + counters.newslot + counters.reinst
    return {"packages": merges, "bytes": counters.totalsize}
