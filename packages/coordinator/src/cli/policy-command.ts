import type { CommandModule } from 'yargs';
import { POLICY_KINDS, POLICY_STAGES, POLICY_VERDICTS } from '../queue/decide-policy.ts';
import type { PolicyView } from '../status/view-types.ts';
import { policyNumber, wordOf } from './arguments.ts';
import {
  adminClient,
  type CommandContext,
  type CommandYargs,
  type GlobalArguments,
  paintFor,
  printData,
  viewClient,
} from './command-context.ts';
import { commandFamily } from './command-family.ts';
import { type Paint, plain, table } from './print.ts';

type JsonArguments = GlobalArguments & { json: boolean };

export function policyCommand(context: CommandContext): CommandModule<GlobalArguments, GlobalArguments> {
  return commandFamily({
    word: 'policy',
    describe: 'List, set or remove what may be built and published without asking: auto, ask, hold or deny',
    members: (yargs) =>
      yargs.command(listCommand(context)).command(setCommand(context)).command(removeCommand(context)),
    expected: 'list, set or remove',
    examples: [
      ['$0 policy list', 'all policies'],
      ['$0 policy set package dev-lang/rust ask', 'a person approves each build of it'],
      ['$0 policy set repository guru hold --before publish', 'built, but not published unseen'],
    ],
  });
}

function listCommand(context: CommandContext): CommandModule<GlobalArguments, JsonArguments> {
  return {
    command: 'list',
    describe: 'List the policies',
    builder: jsonOption,
    handler: async (args) => {
      const policies = await viewClient(context, args).get<PolicyView[]>('/api/policies');
      printData(context, args.json, policies, (data) => policiesText(data, paintFor(context)));
    },
  };
}

type SetArguments = JsonArguments & {
  kind: PolicyView['kind'];
  name: string;
  verdict: PolicyView['verdict'];
  before: PolicyView['stage'];
  reason: string;
};

function setCommand(context: CommandContext): CommandModule<GlobalArguments, SetArguments> {
  return {
    command: 'set <kind> <name> <verdict>',
    describe: 'Set a policy, in place of one for the same thing; what waits is judged anew',
    builder: (yargs) =>
      jsonOption(yargs)
        .positional('kind', {
          type: 'string',
          coerce: wordOf(POLICY_KINDS, 'kind'),
          demandOption: true,
          describe: `What it is about: ${POLICY_KINDS.join(', ')}`,
        })
        .positional('name', {
          type: 'string',
          demandOption: true,
          describe: 'category/name or category/*, or the name of a node, repository or pool',
        })
        .positional('verdict', {
          type: 'string',
          coerce: wordOf(POLICY_VERDICTS, 'verdict'),
          demandOption: true,
          describe: `auto: goes on; ask, hold: waits for approve; deny: never built, the wish says why`,
        })
        .option('before', {
          type: 'string',
          requiresArg: true,
          default: 'build',
          coerce: wordOf(POLICY_STAGES, '--before'),
          describe: `At which step: ${POLICY_STAGES.join(' or ')}`,
        })
        .option('reason', {
          type: 'string',
          requiresArg: true,
          default: '',
          describe: 'Why, for whoever reads it later',
        })
        .example('$0 policy set node laptop deny', 'nothing is built that only laptop wants') as never,
    handler: async (args) => {
      const { kind, name, verdict, before: stage, reason } = args;
      const body = { kind, name, verdict, stage, reason };
      const policy = await adminClient(context, args).post<PolicyView>('/api/policies', body);
      printData(context, args.json, policy, policyText);
    },
  };
}

type RemoveArguments = JsonArguments & { policy: number };

function removeCommand(context: CommandContext): CommandModule<GlobalArguments, RemoveArguments> {
  return {
    command: 'remove <policy>',
    describe: 'Remove a policy; builds that only it held go on',
    builder: (yargs) =>
      jsonOption(yargs)
        .positional('policy', {
          type: 'string',
          coerce: policyNumber,
          demandOption: true,
          describe: 'Number of a policy, as list shows it',
        })
        .example('$0 policy remove 3', 'what only it held goes on') as never,
    handler: async (args) => {
      const path = `/api/policies/${args.policy}/remove`;
      const policy = await adminClient(context, args).post<PolicyView>(path, {});
      printData(context, args.json, policy, ({ id }) => `policy ${id} is removed\n`);
    },
  };
}

function jsonOption(yargs: CommandYargs) {
  return yargs.option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' });
}

export function policyText({ id, kind, name, verdict, stage, reason }: PolicyView): string {
  const why = reason === '' ? '' : ` (${plain(reason)})`;
  return `policy ${id}: ${kind} ${name}, before ${stage}: ${verdict}${why}\nbinhost-coordinator policy remove ${id} lifts it.\n`;
}

export function policiesText(policies: PolicyView[], paint: Paint): string {
  if (policies.length === 0) return 'No policies: everything is built and published by itself.\n';
  const rows = policies.map(({ id, kind, name, stage, verdict, reason }) => [
    String(id),
    kind,
    plain(name),
    stage,
    verdict,
    plain(reason),
  ]);
  return table(['POLICY', 'ABOUT', 'NAME', 'BEFORE', 'VERDICT', 'REASON'], rows, paint);
}
