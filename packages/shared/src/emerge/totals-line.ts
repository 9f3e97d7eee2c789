import { parseDownloadSize } from './download-size.ts';

export interface TotalsLine {
  /** null in Portage of 2007, which names the size only. */
  packages: number | null;
  downloadKiB: number;
}

const NUMBER = "(\\d[\\d.,'’\\u00a0\\u202f ]*) ?([KkMG]i?B|B)";
const TOTAL = new RegExp(`^Total: (\\d+) packages?(?: \\([^()]*\\))?, Size of downloads: ${NUMBER}$`);
const TOTAL_SIZE = new RegExp(`^Total size of downloads: ${NUMBER}$`);

/**
 * `Total: 3 packages (1 upgrade, 2 new), Size of downloads: 40,553 KiB`, or 2007's `Total size of downloads: 0 kB`: the mark that
 * a list is whole. A line that was cut anywhere is none.
 */
export function parseTotalsLine(line: string): TotalsLine | undefined {
  if (!line.startsWith('Total')) return undefined;
  const text = line.trimEnd();
  const [, packages, number, unit] = TOTAL.exec(text) ?? [];
  const [, oldNumber, oldUnit] = TOTAL_SIZE.exec(text) ?? [];
  const downloadKiB = parseDownloadSize(number ?? oldNumber ?? '', unit ?? oldUnit ?? '');
  if (downloadKiB === undefined) return undefined;
  return { packages: packages === undefined ? null : Number(packages), downloadKiB };
}
