import { BinhostError } from '@binhost/shared/errors';
import type { Situation, SituationCode } from './situations.ts';

/** System errors that say which situation it is, whatever failed. */
const BY_SYSTEM_ERROR: Partial<Record<string, SituationCode>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
};

/** @param otherwise the situation where the system's error says nothing more exact */
export function situationOfError(error: unknown, otherwise: SituationCode): Situation {
  const detail = error instanceof Error ? error.message : String(error);
  const code = BY_SYSTEM_ERROR[systemCode(error) ?? ''];
  if (code) return { code, detail };
  if (error instanceof BinhostError)
    return { code: error.code === 'STATE_UNUSABLE' ? 'state-unwritable' : otherwise, detail };
  return { code: 'fault', detail };
}

/** `code` of the error, or of what caused it. */
function systemCode(error: unknown): string | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code } = one as NodeJS.ErrnoException;
    if (code !== undefined && code in BY_SYSTEM_ERROR) return code;
  }
  return undefined;
}
