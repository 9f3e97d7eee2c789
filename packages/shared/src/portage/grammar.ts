/**
 * The grammar of names by PMS (Package Manager Specification, "Names and Versions"), as whole-string patterns.
 * Linear: no pattern nests an unbounded repeat inside another over the same characters.
 */
const category = '[A-Za-z0-9_][A-Za-z0-9+_.-]*';
/** May not end in a hyphen followed by something that is a version; parseCpv sees to that. */
const name = '[A-Za-z0-9_][A-Za-z0-9+_-]*';
const version = '\\d+(?:\\.\\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\\d*)*(?:-r\\d+)?';
const slot = '[A-Za-z0-9_][A-Za-z0-9+_.-]*';

export const PORTAGE_GRAMMAR = {
  category: new RegExp(`^${category}$`),
  name: new RegExp(`^${name}$`),
  version: new RegExp(`^${version}$`),
  cpv: new RegExp(`^${category}/${name}-${version}$`),
  cp: new RegExp(`^${category}/${name}$`),
  slot: new RegExp(`^${slot}$`),
  useFlag: /^[A-Za-z0-9][A-Za-z0-9+_@-]*$/,
  repository: /^[A-Za-z0-9_][A-Za-z0-9_-]*$/,
} as const;
