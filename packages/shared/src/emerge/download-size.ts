const FACTORS: Record<string, number> = { B: 1 / 1024, K: 1, M: 1024, G: 1024 * 1024 };

/**
 * `40,553 kB`, `10 KiB`, `1.5 MiB` → KiB, rounded up. Portage counts 1024 bytes in both `kB` and `KiB`, and groups thousands as
 * the locale does: by comma, full stop, apostrophe or a kind of space.
 *
 * @returns undefined where the text is no size
 */
export function parseDownloadSize(number: string, unit: string): number | undefined {
  const factor = FACTORS[unit.charAt(0).toUpperCase()];
  const value = parseGroupedNumber(number.trim());
  if (factor === undefined || value === undefined) return undefined;
  const size = Math.ceil(value * factor);
  return Number.isSafeInteger(size) ? size : undefined;
}

function parseGroupedNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  if (/^\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+$/.test(text)) return Number(text.replace(/\D/g, ''));
  return /^\d+[.,]\d{1,2}$/.test(text) ? Number(text.replace(',', '.')) : undefined;
}
