import { z } from 'zod';
import { parseDuration } from '../time/duration.ts';

/** A duration as people write it ('10m'); milliseconds in the code. */
export const durationMs = (fallback: string) =>
  z
    .union([z.string(), z.number()])
    .default(fallback)
    .transform((value, context) => {
      const ms = typeof value === 'number' ? value : parseDuration(value);
      if (ms !== undefined) return ms;
      context.addIssue({ code: 'custom', message: `expected a duration such as 90s, 10m or 2h, got '${value}'` });
      return z.NEVER;
    });

const BYTE_UNITS: Record<string, number> = { '': 1, B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** A size as people write it ('512MiB'); bytes in the code. */
export const byteSize = (fallback: string) =>
  z
    .union([z.string(), z.number()])
    .default(fallback)
    .transform((value, context) => {
      const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB)?$/.exec(String(value).trim());
      if (match) return Math.round(Number(match[1]) * (BYTE_UNITS[match[2] ?? ''] ?? 1));
      context.addIssue({ code: 'custom', message: `expected a size such as 64MiB or 2GiB, got '${value}'` });
      return z.NEVER;
    });

/** A program and its first arguments: a TOML array, or in an environment variable words parted by blanks. */
export const commandLine = (fallback: string[]) =>
  z
    .union([
      z.array(z.string()).min(1),
      z
        .string()
        .min(1)
        .transform((text) => text.trim().split(/\s+/)),
    ])
    .default(fallback);
