/** `--buildpkgonly requires all dependencies to be merged`: no package of the list may need another of it for its build. */
export function buildsAreReady(graph) {
  for (const [parent, children] of graph.edges) {
    if (parent.kind === 'installed') continue;
    for (const [child, kind] of children) if (kind === 'build' && child.kind !== 'installed') return false;
  }
  return true;
}
