import { BinhostError, type ErrorFacts } from './binhost-error.ts';

/** A code's row: what it means, for docs/errors.md. The key is the code. */
export type ErrorTable = Record<string, string>;

/**
 * Makes the one function by which a package raises its errors; TypeScript refuses a code that the table lacks.
 *
 * @example const agentError = errorsOf(AGENT_ERRORS); throw agentError('EMERGE_MISSING', 'expected …, got …', { hint: '…' });
 */
export function errorsOf<T extends ErrorTable>(_table: T) {
  return (code: keyof T & string, message: string, facts: ErrorFacts = {}): BinhostError =>
    new BinhostError(code, message, facts);
}
