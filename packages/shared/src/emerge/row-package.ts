import { parseCpv } from '../portage/cpv.ts';
import { PORTAGE_GRAMMAR } from '../portage/grammar.ts';
import type { MergeEntry, MergeKind } from './pretend-result.ts';

export type RowPackage = Pick<MergeEntry, 'cpv' | 'buildId' | 'slot' | 'subslot' | 'repository'>;

/**
 * `cat/pkg-1.2-3:4/5::repo` → its parts.
 *
 * @param kind only a `binary` has a build number; a tree's `nomerge` row of a binary shows one that means nothing
 * @returns undefined where the text is no package with a version
 */
export function parseRowPackage(text: string, kind: MergeKind): RowPackage | undefined {
  const [named, repository] = cutAt(text, '::');
  if (repository !== null && !PORTAGE_GRAMMAR.repository.test(repository)) return undefined;
  const [versioned, slots] = cutAt(named, ':');
  const [slot, subslot] = cutAt(slots ?? '0', '/');
  if (!PORTAGE_GRAMMAR.slot.test(slot) || !PORTAGE_GRAMMAR.slot.test(subslot ?? slot)) return undefined;
  const identity = splitBuildId(versioned, kind);
  return identity && { ...identity, slot, subslot: subslot ?? slot, repository };
}

/** No package name may end in a version, so `foo-1-2` can only be version 1, build 2, and `foo-20070101` has no build number. */
function splitBuildId(text: string, kind: MergeKind): { cpv: string; buildId: number | null } | undefined {
  if (kind === 'binary' || kind === 'nomerge') {
    const match = /^(.+)-(\d{1,6})$/.exec(text);
    if (match?.[1] !== undefined && parseCpv(match[1])) {
      return { cpv: match[1], buildId: kind === 'binary' ? Number(match[2]) : null };
    }
  }
  return parseCpv(text) && { cpv: text, buildId: null };
}

function cutAt(text: string, separator: string): [string, string | null] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + separator.length)];
}
