import { bindingText } from '@binhost/shared/portage';
import { variantKey } from '../demand/variant-key.ts';
import { builtBindings } from './built-variant.ts';
import { enabledFlags, parseSlot } from './gpkg-metadata.ts';
import type { NewPublishedPackage } from './published-store.ts';

/**
 * The row of a package, read from its block in an index: the way back when the table is lost or behind.
 *
 * @param header of the index: REPO may stand there alone
 * @param facts what no index holds
 * @returns undefined where the block lacks what a row needs
 */
export function rowFromEntry(
  entry: Readonly<Record<string, string>>,
  header: Readonly<Record<string, string>>,
  facts: { pool: string; sha512: string; indexTimestamp: number },
): NewPublishedPackage | undefined {
  const { CPV = '', PATH = '', BUILD_ID = '', BUILD_TIME = '', SIZE = '' } = entry;
  const repository = entry.REPO ?? header.REPO ?? '';
  const slot = parseSlot(entry.SLOT ?? '0');
  const bindings = builtBindings(entry);
  const isWhole = CPV !== '' && PATH !== '' && repository !== '' && [BUILD_ID, BUILD_TIME, SIZE].every(isNumber);
  if (!isWhole || !slot || !bindings) return undefined;
  const useEnabled = enabledFlags(entry.USE ?? '', entry.IUSE ?? '');
  return {
    ...facts,
    cpv: CPV,
    repository,
    ...slot,
    useEnabled,
    bindings: bindings.all.map(bindingText).sort(),
    variantKey: variantKey({ pool: facts.pool, cpv: CPV, repository, useEnabled, bindings: bindings.all }),
    buildId: Number(BUILD_ID),
    buildTime: Number(BUILD_TIME),
    path: PATH,
    size: Number(SIZE),
  };
}

const isNumber = (text: string): boolean => /^\d{1,15}$/.test(text);
