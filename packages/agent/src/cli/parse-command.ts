import { isWholeList, type PretendResult, parsePretendText } from '@binhost/shared/emerge';
import { type CommandContext, EXIT } from './command-context.ts';
import { failureStatus } from './failure-status.ts';
import { jsonLine, table } from './print.ts';
import { readInput } from './read-input.ts';
import { problemsText } from './report-text.ts';

/**
 * `parse [FILE…]`: emerge's output to JSON, one document per line and file, in the order of the arguments; stdin without any.
 * Exit status: 0 every list is whole, 1 one is not.
 */
export async function parseCommand(
  { files, json }: { files: readonly string[]; json: boolean },
  context: CommandContext,
): Promise<number> {
  let status: number = EXIT.done;
  for (const file of files.length === 0 ? [undefined] : files) {
    try {
      const result = parsePretendText(readInput(file));
      context.print(json ? jsonLine(result) : resultText(result, files.length > 1 ? file : undefined));
      if (!isWholeList(result)) status = EXIT.failed;
    } catch (error) {
      status = Math.max(status, failureStatus(error, context));
    }
  }
  return status;
}

function resultText({ entries, problems, totals }: PretendResult, file: string | undefined): string {
  const rows = entries.map(({ kind, cpv, buildId, use }) => [
    kind,
    buildId === null ? cpv : `${cpv}-${buildId}`,
    use.enabled.join(' '),
  ]);
  const total = `${totals.parsed} packages read${totals.packages === null ? '' : `, emerge counts ${totals.packages}`}\n`;
  return [file === undefined ? '' : `${file}:\n`, table(rows), total, problemsText(problems)].filter(Boolean).join('');
}
