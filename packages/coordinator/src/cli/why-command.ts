import type { CommandModule } from 'yargs';
import type { WhyVariant } from '../status/view-types.ts';
import { buildOrPackage } from './arguments.ts';
import { type CommandContext, type GlobalArguments, paintFor, printData, viewClient } from './command-context.ts';
import { ago, type Paint, plain, stateText, variantText } from './print.ts';

type WhyArguments = GlobalArguments & {
  what: ReturnType<typeof buildOrPackage>;
  node: string | undefined;
  json: boolean;
};

export function whyCommand(context: CommandContext): CommandModule<GlobalArguments, WhyArguments> {
  return {
    command: 'why <what>',
    describe: 'Explain how far a package or build is on every node, and what to do',
    builder: (yargs) =>
      yargs
        .positional('what', {
          type: 'string',
          coerce: buildOrPackage,
          demandOption: true,
          describe: 'A package (with or without version), or the number of a build',
        })
        .option('node', { type: 'string', requiresArg: true, describe: 'Only what this node wishes for' })
        .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
        .example('$0 why net-dns/dnsmasq', 'all variants of it, on all nodes')
        .example('$0 why dnsmasq --node alpha', 'why alpha has no binary of it yet') as never,
    handler: async (args) => {
      const query = new URLSearchParams({ about: 'build' in args.what ? String(args.what.build) : args.what.atom });
      if (args.node !== undefined) query.set('node', args.node);
      const variants = await viewClient(context, args).get<WhyVariant[]>(`/api/why?${query}`);
      printData(context, args.json, variants, (data) => whyText(data, context.nowMs(), paintFor(context)));
    },
  };
}

export function whyText(variants: WhyVariant[], nowMs: number, paint: Paint): string {
  if (variants.length === 0) return 'Nobody wishes for it now, and nothing of it was built.\n';
  return variants.map((variant) => whyVariantText(variant, nowMs, paint)).join('\n');
}

function whyVariantText(variant: WhyVariant, nowMs: number, paint: Paint): string {
  const { cpv, slot, repository, pool, wishes, build, logTail, whatToDo } = variant;
  const head = paint.bold(`${cpv}:${slot}::${repository}`);
  const flags = [variantText(variant), `pool ${pool}`].filter(Boolean).join(', ');
  const lines = [`${head} (${plain(flags)})`];
  for (const { node, state, reason, sinceMs, whatToDo: help } of wishes) {
    lines.push(
      `  ${node}: ${stateText(state, paint)} since ${ago(sinceMs, nowMs)}${reason ? `: ${plain(reason)}` : ''}`,
    );
    if (help !== null) lines.push(`    ${help}`);
  }
  if (wishes.length === 0) lines.push('  No node wishes for it now.');
  if (build) {
    lines.push(
      `  build ${build.id}: ${stateText(build.state, paint)} since ${ago(build.sinceMs, nowMs)}: ${plain(build.reason)}`,
    );
    for (const { number, builder, outcome, text, phase } of build.attemptList) {
      const where = phase === null ? '' : ` in ${phase}`;
      lines.push(
        `    attempt ${number} by ${plain(builder)}: ${outcome ?? 'running'}${where}${text ? `: ${plain(text)}` : ''}`,
      );
    }
    lines.push(...logTail.map((line) => paint.dim(`    | ${plain(line)}`)));
    if (whatToDo !== null) lines.push(`    ${whatToDo}`);
  } else {
    lines.push('  No build of it was planned.');
  }
  return `${lines.join('\n')}\n`;
}
