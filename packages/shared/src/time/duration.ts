const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads a duration as people write it in a configuration file: a number and one unit, `500ms`, `90s`, `10m`, `2h`, `1d`.
 *
 * @returns milliseconds, or undefined where the text is no duration
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/** A duration for people, in its two largest parts: 90000 → `1m 30s`, 120000 → `2m`, 90061000 → `1d 1h`; below a second `250ms`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)}ms`;
  const units = ['d', 'h', 'm', 's'] as const;
  let rest = Math.round(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const unit of units) {
    const count = Math.floor(rest / UNIT_MS[unit]);
    if (count === 0) continue;
    parts.push(`${count}${unit}`);
    rest -= count * UNIT_MS[unit];
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}
