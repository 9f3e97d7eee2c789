import { formatDuration } from '@binhost/shared/time';
import type { CommandModule } from 'yargs';
import type { JoinTokenView, NewJoinTokenView } from '../access/token-view.ts';
import { durationOption, tokenNumber } from './arguments.ts';
import {
  adminClient,
  type CommandContext,
  type CommandYargs,
  type GlobalArguments,
  paintFor,
  printData,
} from './command-context.ts';
import { ago, type Paint, plain, table } from './print.ts';

type JsonArguments = GlobalArguments & { json: boolean };

export function tokenCommand(context: CommandContext): CommandModule<GlobalArguments, GlobalArguments> {
  return {
    command: 'token',
    describe: 'Let a node join: make the line to paste there, list or revoke such lines',
    builder: (yargs) =>
      yargs
        .command(createCommand(context))
        .command(listCommand(context))
        .command(revokeCommand(context))
        .demandCommand(1, 'expected create, list or revoke behind token')
        .strict()
        .example('$0 token create', 'one line; paste it as root on the node')
        .example('$0 token list', 'who joined by which, and which are still open') as CommandYargs,
    handler: () => {},
  };
}

type CreateArguments = JsonArguments & { name: string | undefined; ttl: number | undefined; pool: string };

function createCommand(context: CommandContext): CommandModule<GlobalArguments, CreateArguments> {
  return {
    command: 'create',
    describe: 'Make a token that one node can join by, once, and print the line for it',
    builder: (yargs) =>
      jsonOption(yargs)
        .option('name', { type: 'string', requiresArg: true, describe: "The node's name; without it: its host name" })
        .option('ttl', {
          type: 'string',
          requiresArg: true,
          coerce: durationOption('--ttl'),
          describe: 'How long it may be used, such as 1h; without it: join.tokenTime',
        })
        .option('pool', { type: 'string', requiresArg: true, default: 'default', describe: 'The pool of the node' })
        .example('$0 token create --name desk --ttl 1h', 'for one machine, within the hour') as never,
    handler: async ({ name, ttl, pool, ...args }) => {
      const body = { pool, ...(name !== undefined && { name }), ...(ttl !== undefined && { ttlMs: ttl }) };
      const made = await adminClient(context, args).post<NewJoinTokenView>('/api/tokens', body);
      printData(context, args.json, made, ({ line }) => `${line}\n`);
      // On a channel of its own: the line alone can be piped.
      if (!args.json) context.stderr.write(createdNotes(made, context.nowMs()));
    },
  };
}

function listCommand(context: CommandContext): CommandModule<GlobalArguments, JsonArguments> {
  return {
    command: 'list',
    describe: 'List the tokens: open, used and by whom, expired, revoked',
    builder: jsonOption,
    handler: async (args) => {
      const tokens = await adminClient(context, args).get<JoinTokenView[]>('/api/tokens');
      printData(context, args.json, tokens, (data) => tokensText(data, context.nowMs(), paintFor(context)));
    },
  };
}

type RevokeArguments = JsonArguments & { token: number };

function revokeCommand(context: CommandContext): CommandModule<GlobalArguments, RevokeArguments> {
  return {
    command: 'revoke <token>',
    describe: 'Take a token back that nobody has used yet',
    builder: (yargs) =>
      jsonOption(yargs).positional('token', {
        type: 'string',
        coerce: tokenNumber,
        demandOption: true,
        describe: 'Number of a token, as list shows it',
      }) as never,
    handler: async (args) => {
      const token = await adminClient(context, args).post<JoinTokenView>(`/api/tokens/${args.token}/revoke`, {});
      printData(context, args.json, token, revokedText);
    },
  };
}

function jsonOption(yargs: CommandYargs) {
  return yargs.option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' });
}

export function createdNotes({ id, expiresAtMs, pool, nodeName, notes }: NewJoinTokenView, nowMs: number): string {
  const who = nodeName === null ? 'One node' : `The node ${plain(nodeName)}`;
  const first = `${who} can join the pool ${pool} by this line, once, within ${until(expiresAtMs, nowMs)}.`;
  const lines = [first, ...notes.map(plain), `binhost-coordinator token revoke ${id} takes it back.`];
  return lines.map((line) => `# ${line}\n`).join('');
}

export function tokensText(tokens: JoinTokenView[], nowMs: number, paint: Paint): string {
  if (tokens.length === 0) return 'No join tokens; binhost-coordinator token create makes one.\n';
  const rows = tokens.map((token) => [
    String(token.id),
    token.state === 'open' ? paint.good(token.state) : token.state,
    plain(token.nodeName ?? '-'),
    token.pool,
    ago(token.createdAtMs, nowMs),
    whatBecame(token, nowMs),
  ]);
  return table(['TOKEN', 'STATE', 'FOR', 'POOL', 'MADE', ''], rows, paint);
}

function whatBecame({ state, usedBy, usedFrom, usedAtMs, expiresAtMs }: JoinTokenView, nowMs: number): string {
  if (state === 'open') return `for another ${until(expiresAtMs, nowMs)}`;
  if (state !== 'used' || usedAtMs === null) return '';
  return `by ${plain(usedBy ?? '?')} from ${plain(usedFrom ?? '?')}, ${ago(usedAtMs, nowMs)}`;
}

export function revokedText({ id, state, usedBy }: JoinTokenView): string {
  if (state !== 'used') return `token ${id} is revoked\n`;
  return `token ${id} was used already, by ${plain(usedBy ?? '?')}; its node stays\n`;
}

function until(atMs: number, nowMs: number): string {
  return formatDuration(Math.max(0, atMs - nowMs));
}
