import type { CommandModule } from 'yargs';
import type { AuditView } from '../access/audit-store.ts';
import type { CoordinatorStatus } from '../status/view-types.ts';
import { auditText } from './audit-text.ts';
import {
  adminClient,
  type CommandContext,
  type GlobalArguments,
  paintFor,
  printData,
  viewClient,
} from './command-context.ts';
import { ago, counts, facts, type Paint, plain, stateText, table } from './print.ts';

export function statusCommand(
  context: CommandContext,
): CommandModule<GlobalArguments, GlobalArguments & { json: boolean; audit: boolean }> {
  return {
    command: 'status',
    describe: 'Show what the coordinator, its builders and its nodes are doing',
    builder: (yargs) =>
      yargs
        .option('json', { type: 'boolean', default: false, describe: 'Print one JSON object' })
        .option('audit', {
          type: 'boolean',
          default: false,
          describe: 'Show instead who did what, newest first (needs the role admin)',
        })
        .example('$0 status', 'the whole on one screen')
        .example('$0 status --json', 'the same for programs'),
    handler: async (args) => {
      if (args.audit) {
        const entries = await adminClient(context, args).get<AuditView[]>('/api/audit?limit=200');
        return printData(context, args.json, entries, (data) => auditText(data, paintFor(context)));
      }
      const status = await viewClient(context, args).get<CoordinatorStatus>('/api/status');
      printData(context, args.json, status, (data) => statusText(data, paintFor(context)));
    },
  };
}

export function statusText(status: CoordinatorStatus, paint: Paint): string {
  const { madeAtMs: now, nodes, builders, active } = status;
  const index = status.indexes.map(
    ({ pool, entries, timestampMs }) => `${pool}: ${entries} packages, index of ${ago(timestampMs, now)}`,
  );
  const alive = builders.filter((builder) => builder.alive);
  const overview = facts([
    ['coordinator', `${status.version}, started ${ago(status.startedAtMs, now)}`],
    ['nodes', `${nodes.total} known, ${nodes.online} online, ${nodes.reported} have reported`],
    ['wishes', counts(status.wishes)],
    ['builds', counts(status.builds)],
    ['builders', alive.map(({ name, mode }) => `${plain(name)} (${mode})`).join(', ') || paint.bad('none')],
    ['publisher', status.publishing.join(', ') || paint.bad('none')],
    ...syncFacts(status),
    ['published', index.join('; ') || 'nothing yet'],
  ]);
  const rows = active.map((build) => [
    String(build.id),
    plain(build.cpv),
    stateText(build.state, paint),
    plain(build.reason),
  ]);
  const working = rows.length > 0 ? `\n${table(['BUILD', 'PACKAGE', 'STATE', 'WHY'], rows, paint)}` : '';
  return overview + working + stoppedText(status, paint) + warningsText(status, paint);
}

/** Nothing where the repositories were never synced by us. */
function syncFacts({ chores, madeAtMs }: CoordinatorStatus): [string, string][] {
  const chore = chores.find(({ kind }) => kind === 'sync');
  if (!chore) return [];
  const { state, result, endedAtMs } = chore;
  return [['sync', endedAtMs === null ? state : `${ago(endedAtMs, madeAtMs)}: ${plain(result ?? state)}`]];
}

/** Builds that wait for a person, each with the command that moves it. */
function stoppedText({ stopped }: CoordinatorStatus, paint: Paint): string {
  return stopped
    .map(({ id, cpv, state, reason, whatToDo }) => {
      const head = `build ${id} of ${plain(cpv)} is ${stateText(state, paint)}: ${plain(reason)}`;
      return `\n${head}\n  ${whatToDo}\n`;
    })
    .join('');
}

function warningsText({ warnings }: CoordinatorStatus, paint: Paint): string {
  return warnings
    .map(({ severity, title, text, whatToDo }) => {
      const head = severity === 'error' ? paint.bad(`${severity}: ${title}`) : paint.busy(`${severity}: ${title}`);
      return `\n${head}\n  ${plain(text)}\n  ${whatToDo}\n`;
    })
    .join('');
}
