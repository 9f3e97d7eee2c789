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
/** Free text for people: bounded, and without control characters but newline and tab. */
export const textValue = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\u0000-\u0008\u000b-\u001f\u007f]*$/, 'expected text without control characters');
export const sha256Value = bounded(/^[0-9a-f]{64}$/, 64, 'a SHA-256 in hexadecimal');
export const epochMsValue = z.number().int().min(0).max(8.64e15);
