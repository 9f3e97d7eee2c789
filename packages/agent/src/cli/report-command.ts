import { join } from 'node:path';
import { parsePretendOutput } from '@binhost/shared/emerge';
import type { Report } from '@binhost/shared/protocol';
import { systemClock } from '@binhost/shared/time';
import { collect } from '../collect/collect.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import { loadAgentConfig } from '../config/load-agent-config.ts';
import { makeLog } from '../log.ts';
import { EMPTY_INVENTORY_DIGEST, makeReport, NOTHING_PRINTED } from '../report/make-report.ts';
import { lookView } from '../status/agent-status.ts';
import { CONTROL_SOCKET } from '../status/status-socket.ts';
import { askAgent } from './agent-client.ts';
import { type CommandContext, type ConfigOption, EXIT } from './command-context.ts';
import { failureStatus } from './failure-status.ts';
import { jsonLine } from './print.ts';
import { reportText } from './report-text.ts';

/**
 * `report`: asks the running agent for a look. `report --dry-run` looks by itself and prints what would be sent.
 * Exit status of a dry run: 0 the list is the node's demand, 1 it is not.
 */
export async function reportCommand(
  args: ConfigOption & { json: boolean; dryRun: boolean; reason: string },
  context: CommandContext,
): Promise<number> {
  try {
    const config = loadAgentConfig({ file: args.config, env: context.env });
    if (args.dryRun) return await dryRun(config, args.json, context);
    const answer = await askAgent(
      join(config.paths.run, CONTROL_SOCKET),
      'POST',
      `/look?reason=${encodeURIComponent(args.reason)}`,
    );
    context.print(args.json ? jsonLine(answer) : 'The agent looks now; binhost-agent status shows what it finds.\n');
    return EXIT.done;
  } catch (error) {
    return failureStatus(error, context);
  }
}

/** The report's numbers belong to the running agent; a dry run shows none of them. */
const NO_EPOCH = '00000000-0000-4000-8000-000000000000';

async function dryRun(config: AgentConfig, json: boolean, { signal, print }: CommandContext): Promise<number> {
  const look = await collect({ config, clock: systemClock, log: makeLog(config.log.level), signal });
  const result = look.outcome ? parsePretendOutput(look.outcome) : NOTHING_PRINTED;
  const report: Report = makeReport(look, result, {
    epoch: NO_EPOCH,
    number: 1,
    lastEvent: 0,
    inventoryDigest: look.inventory?.digest ?? EMPTY_INVENTORY_DIGEST,
  });
  print(json ? jsonLine(report) : reportText(report, lookView(report, 'dry run')));
  return report.outcome === 'complete' ? EXIT.done : EXIT.failed;
}
