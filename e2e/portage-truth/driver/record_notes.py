"""Watches what the dependency graph says behind its list: proposals of autounmask, and binaries that were passed over."""

from _emerge.depgraph import depgraph
from _emerge.Package import Package

_notes = {"proposals": [], "ignored": []}


def recorded_notes():
    """The same lists that are filled while emerge runs."""
    return _notes


def watch_notes():
    _before("_display_autounmask", _proposals)
    _before("_show_ignored_binaries_respect_use", _ignored)
    _before("_show_ignored_binaries_changed_deps", _ignored)


def _before(name, watcher):
    original = getattr(depgraph, name)

    def watched(self, *args, **kwargs):
        watcher(self, *args)
        return original(self, *args, **kwargs)

    setattr(depgraph, name, watched)


def _proposals(graph, *_args):
    state = graph._dynamic_config
    if state._displayed_autounmask:
        return
    needed = {
        "keyword": state._needed_unstable_keywords,
        "mask": state._needed_p_mask_changes,
        "use": state._needed_use_config_changes,
        "license": state._needed_license_changes,
    }
    for kind, packages in needed.items():
        for pkg in packages:
            if pkg in state.digraph:
                _notes["proposals"].append({"kind": kind, "cpv": str(pkg.cpv)})


def _ignored(graph, packages):
    """Only what stands in the list that was displayed is named."""
    shown = graph._dynamic_config._displayed_list or ()
    merging = {(pkg.root, pkg.cpv) for pkg in shown if isinstance(pkg, Package)}
    _notes["ignored"].extend(str(pkg.cpv) for pkg in packages if (pkg.root, pkg.cpv) in merging)
