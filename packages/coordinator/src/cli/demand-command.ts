import type { CommandModule } from 'yargs';
import type { DemandView } from '../status/view-types.ts';
import { type CommandContext, type GlobalArguments, paintFor, printData, viewClient } from './command-context.ts';
import { type Paint, plain, stateText, table, variantText } from './print.ts';

export function demandCommand(
  context: CommandContext,
): CommandModule<GlobalArguments, GlobalArguments & { json: boolean }> {
  return {
    command: 'demand',
    describe: 'List every wanted variant with the nodes that wish for it',
    builder: (yargs) =>
      yargs
        .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
        .example('$0 demand', 'most wanted first'),
    handler: async (args) => {
      const demand = await viewClient(context, args).get<DemandView[]>('/api/demand');
      printData(context, args.json, demand, (data) => demandText(data, paintFor(context)));
    },
  };
}

export function demandText(demand: DemandView[], paint: Paint): string {
  if (demand.length === 0) return 'No node wishes for anything.\n';
  const rows = demand.map((variant) => [
    variant.cpv,
    variant.wishes.map(({ node, state }) => `${node} ${stateText(state, paint)}`).join(', '),
    variant.build ? `${variant.build.id} ${stateText(variant.build.state, paint)}` : '-',
    plain([variantText(variant), ...reasons(variant)].filter(Boolean).join('; ')),
  ]);
  return table(['PACKAGE', 'WISHED FOR BY', 'BUILD', 'VARIANT AND REASONS'], rows, paint);
}

/** The sentences that explain it, each once. */
function reasons({ wishes, build }: DemandView): string[] {
  const waits = wishes.some(({ state }) => state === 'waiting') && build ? [build.reason] : [];
  return [...new Set([...wishes.flatMap(({ reason }) => (reason ? [reason] : [])), ...waits])];
}
