import { z } from 'zod';

/** One line of text from outside: no control characters, so neither the database nor a terminal stumbles over it. */
export const lineValue = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^\P{Cc}*$/u, 'expected text without control characters');
