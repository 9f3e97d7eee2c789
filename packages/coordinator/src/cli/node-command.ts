import type { CommandModule } from 'yargs';
import type { NodeIdentityView } from '../access/identity-view.ts';
import { coordinatorError } from '../coordinator-errors.ts';
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
import { ago, facts, type Paint, plain, table } from './print.ts';

type JsonArguments = GlobalArguments & { json: boolean };
type NodeArguments = JsonArguments & { name: string };

export function nodeCommand(context: CommandContext): CommandModule<GlobalArguments, GlobalArguments> {
  return commandFamily({
    word: 'node',
    describe: 'Show by which identities nodes come in, or revoke one',
    members: (yargs) =>
      yargs.command(listCommand(context)).command(showCommand(context)).command(revokeCommand(context)),
    expected: 'list, show or revoke',
    examples: [
      ['$0 node list', 'who has joined, when and by what'],
      ['$0 node revoke desk --reason sold', 'its connection ends at once'],
    ],
  });
}

function listCommand(context: CommandContext): CommandModule<GlobalArguments, JsonArguments> {
  return {
    command: 'list',
    describe: 'List the nodes that have joined, revoked ones too',
    builder: jsonOption,
    handler: async (args) => {
      const identities = await viewClient(context, args).get<NodeIdentityView[]>('/api/identities');
      printData(context, args.json, identities, (all) => identitiesText(all, context.nowMs(), paintFor(context)));
    },
  };
}

function showCommand(context: CommandContext): CommandModule<GlobalArguments, NodeArguments> {
  return {
    command: 'show <name>',
    describe: 'Show all identities that a node has had',
    builder: (yargs) => nameArgument(jsonOption(yargs)) as never,
    handler: async ({ name, ...args }) => {
      const all = await viewClient(context, args).get<NodeIdentityView[]>('/api/identities');
      const its = all.filter(({ node }) => node === name);
      if (its.length === 0) {
        throw coordinatorError('NOT_FOUND', `expected a node that has joined, got '${name}'`, {
          hint: 'binhost-coordinator node list lists them.',
        });
      }
      printData(context, args.json, its, (data) => data.map((one) => identityText(one, context.nowMs())).join('\n'));
    },
  };
}

function revokeCommand(context: CommandContext): CommandModule<GlobalArguments, NodeArguments & { reason: string }> {
  return {
    command: 'revoke <name>',
    describe: 'Let a node in no more; its connection ends at once',
    builder: (yargs) =>
      nameArgument(jsonOption(yargs)).option('reason', {
        type: 'string',
        requiresArg: true,
        default: '',
        describe: 'Why; the node shows it',
      }) as never,
    handler: async ({ name, reason, ...args }) => {
      const path = `/api/identities/${encodeURIComponent(name)}/revoke`;
      const revoked = await adminClient(context, args).post<NodeIdentityView>(path, { reason });
      printData(context, args.json, revoked, revokedText);
    },
  };
}

function jsonOption(yargs: CommandYargs) {
  return yargs.option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' });
}

function nameArgument(yargs: ReturnType<typeof jsonOption>) {
  return yargs.positional('name', { type: 'string', demandOption: true, describe: 'Name of a node' });
}

export function identitiesText(identities: NodeIdentityView[], nowMs: number, paint: Paint): string {
  if (identities.length === 0) return 'No node has joined; binhost-coordinator token create lets one in.\n';
  const rows = identities.map((identity) => [
    plain(identity.node),
    stateText(identity, nowMs, paint),
    identity.pool,
    ago(identity.joinedAtMs, nowMs),
    plain(identity.joinedBy),
    plain(identity.addresses.join(' and ')),
  ]);
  return table(['NODE', 'STATE', 'POOL', 'JOINED', 'BY', 'FROM'], rows, paint);
}

function stateText({ online, revokedAtMs, lastSeenAtMs }: NodeIdentityView, nowMs: number, paint: Paint): string {
  if (revokedAtMs !== null) return `revoked ${ago(revokedAtMs, nowMs)}`;
  if (online) return paint.good('online');
  return lastSeenAtMs === null ? 'never seen' : `seen ${ago(lastSeenAtMs, nowMs)}`;
}

export function identityText(identity: NodeIdentityView, nowMs: number): string {
  const { revokedAtMs, revokedReason, lastSeenAtMs } = identity;
  return facts([
    ['node', plain(identity.node)],
    ['pool', identity.pool],
    ['public key', identity.publicKey],
    ['joined', `${ago(identity.joinedAtMs, nowMs)}, by ${plain(identity.joinedBy)}`],
    ['last seen', lastSeenAtMs === null ? 'never' : ago(lastSeenAtMs, nowMs)],
    ['from', plain(identity.addresses.join(' and ')) || 'nowhere yet'],
    [
      'revoked',
      revokedAtMs === null ? 'no' : plain(`${ago(revokedAtMs, nowMs)}${revokedReason ? `: ${revokedReason}` : ''}`),
    ],
  ]);
}

export function revokedText({ node }: NodeIdentityView): string {
  return `${plain(node)} is revoked: it can come in no more. A new token lets the machine join anew.\n`;
}
