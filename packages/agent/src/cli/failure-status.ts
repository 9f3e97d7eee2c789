import { BinhostError, errorSentence } from '@binhost/shared/errors';
import { type CommandContext, EXIT } from './command-context.ts';

/** Says what went wrong in one sentence, and its exit status. What nobody raised on purpose is a fault of ours: it is thrown on. */
export function failureStatus(error: unknown, { warn }: CommandContext): number {
  if (!(error instanceof BinhostError)) throw error;
  warn(`binhost-agent: ${errorSentence(error)}\n`);
  if (error.code.startsWith('CONFIG_')) return EXIT.wrongUse;
  return error.code === 'NOT_RUNNING' || error.code === 'NOT_ALLOWED' ? EXIT.notRunning : EXIT.failed;
}
