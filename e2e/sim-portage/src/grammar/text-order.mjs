/** By code units, as Portage sorts names: not by a language's rules. */
export function byText(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
