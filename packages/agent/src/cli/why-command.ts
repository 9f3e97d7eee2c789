import { join } from 'node:path';
import { loadAgentConfig } from '../config/load-agent-config.ts';
import { explainWish } from '../status/explain-wish.ts';
import { STATUS_SOCKET } from '../status/status-socket.ts';
import { askLastReport, askStatus } from './agent-client.ts';
import { type CommandContext, type ConfigOption, EXIT } from './command-context.ts';
import { failureStatus } from './failure-status.ts';
import { jsonLine } from './print.ts';
import { whyText } from './why-text.ts';

/** `why ATOM`: all that is known of one package here. Exit status: 0 there is a wish or a row of it, 1 there is neither. */
export async function whyCommand(
  args: ConfigOption & { atom: string; json: boolean },
  context: CommandContext,
): Promise<number> {
  try {
    const { paths } = loadAgentConfig({ file: args.config, env: context.env });
    const socket = join(paths.run, STATUS_SOCKET);
    const why = explainWish(args.atom, await askStatus(socket), await askLastReport(socket));
    context.print(args.json ? jsonLine(why) : whyText(why));
    return why.wishes.length + why.rows.length > 0 ? EXIT.done : EXIT.failed;
  } catch (error) {
    return failureStatus(error, context);
  }
}
