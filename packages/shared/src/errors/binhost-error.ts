/**
 * The base of every error that we raise on purpose. What a person sees is `message` and `hint`; `detail` is for the log.
 * Each package has one table of codes (`*-errors.ts`) and raises nothing outside it.
 */
export interface ErrorFacts {
  /** What to do about it, one sentence. */
  hint?: string;
  /** True where the same call may succeed later without anybody's hand. */
  retryable?: boolean;
  /** Ids and values as fields, for the log. */
  detail?: Record<string, unknown>;
  cause?: unknown;
}

export class BinhostError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly detail: Record<string, unknown>;

  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'BinhostError';
    this.code = code;
    this.hint = facts.hint;
    this.retryable = facts.retryable ?? false;
    this.detail = facts.detail ?? {};
  }
}

/** One line for a terminal: the message, and the hint behind it. */
export function errorSentence(error: unknown): string {
  if (error instanceof BinhostError) return error.hint ? `${error.message}\n  ${error.hint}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
