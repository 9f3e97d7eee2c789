import { z } from 'zod';
import { PORTAGE_GRAMMAR } from '../portage/grammar.ts';

/**
 * Strings that come from the other side and may reach an argv, a file or a path: each must fit Portage's own grammar.
 * The lengths are ours; real names are far shorter.
 */
const bounded = (pattern: RegExp, max: number, what: string) => z.string().max(max).regex(pattern, `expected ${what}`);

export const cpvValue = bounded(PORTAGE_GRAMMAR.cpv, 255, 'category/name-version');
export const slotValue = bounded(PORTAGE_GRAMMAR.slot, 100, 'a slot name');
export const repositoryValue = bounded(PORTAGE_GRAMMAR.repository, 100, 'a repository name');
export const useFlagValue = bounded(PORTAGE_GRAMMAR.useFlag, 100, 'a USE flag');
/** Node names follow host names: they appear in paths of logs and in commands. */
export const nodeNameValue = bounded(/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/, 63, 'a host name in lower case');
export const poolValue = bounded(/^[a-z0-9][a-z0-9-]{0,62}$/, 63, 'a pool name in lower case');
/**
 * Text for people: bounded, and without control characters but newline and tab. What would let it look like other text than it
 * is (line separators, direction marks, characters without width, the second set of control characters) becomes a mark.
 */
export const textValue = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\u0000-\u0008\u000b-\u001f\u007f]*$/, 'expected text without control characters')
    .transform((text) => text.replace(DECEIVING, '\ufffd'));
/** C1 controls, soft hyphen, Arabic letter mark, no-width and direction marks, separators, isolates, byte order mark. */
const DECEIVING =
  /[\u0080-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;
/** Text of one line. */
export const lineValue = (max: number) => textValue(max).transform((text) => text.replace(/[\n\t]+/g, ' '));

/** `1.2.3`, `1.2.3-rc.1+abc` */
export const versionValue = bounded(/^[0-9A-Za-z][0-9A-Za-z.+_-]*$/, 50, 'a version');
/** One word for programs: `not-in-tree`. */
export const codeValue = bounded(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 100, 'a code');
/** Path of a published file below its pool's URL: names that begin with no dot, no hyphen. */
export const packagePathValue = bounded(
  /^[A-Za-z0-9_][A-Za-z0-9+_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9+_.-]*)*$/,
  1000,
  'the path of a published file',
);
export const sha512Value = bounded(/^[0-9a-f]{128}$/, 128, 'a SHA-512 in hexadecimal');
export const variantKeyValue = bounded(/^[0-9a-f]{32,64}$/, 64, 'a variant key');
/** `dev-libs/libfoo:0/2` */
export const bindingValue = bounded(
  /^[A-Za-z0-9_][A-Za-z0-9+_.-]*\/[A-Za-z0-9_][A-Za-z0-9+_-]*:[A-Za-z0-9_][A-Za-z0-9+_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9+_.-]*)?$/,
  400,
  'a bound dependency',
);

/**
 * A list that the node's owner wrote by hand in /etc/portage: what does not fit the grammar is left out, since one odd line there
 * must not cost the node its service.
 */
export const listOf = (pattern: RegExp, max: { items: number; length: number }) =>
  z
    .array(z.string())
    .max(max.items)
    .transform((list) => list.filter((text) => text.length <= max.length && pattern.test(text)));
/** Characters of an atom or a pattern of atoms, `@set` too; it begins with no hyphen or slash and names no `..`. */
export const ATOM_LIKE = /^(?![-/])(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9+_.*/:=<>~!@[\](),?-]+$/;
export const CPV = PORTAGE_GRAMMAR.cpv;
/** A keyword of ACCEPT_KEYWORDS: `~amd64`, `-*`, `**`. */
export const KEYWORD = /^[A-Za-z0-9~*_-]+$/;
/** A word of FEATURES: `sandbox`, `-test`. */
export const FEATURE = /^[A-Za-z0-9@+_*-]+$/;
export const sha256Value = bounded(/^[0-9a-f]{64}$/, 64, 'a SHA-256 in hexadecimal');
export const epochMsValue = z.number().int().min(0).max(8.64e15);
