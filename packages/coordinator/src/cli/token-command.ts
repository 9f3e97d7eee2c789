import { formatDuration } from '@binhost/shared/time';
import type { CommandModule } from 'yargs';
import { ROLES, type Role } from '../access/roles.ts';
import type { JoinTokenView, NewJoinTokenView } from '../access/token-view.ts';
import { durationOption, tokenNumberOrName, wordOf } from './arguments.ts';
import {
  adminClient,
  type CommandContext,
  type CommandYargs,
  type GlobalArguments,
  paintFor,
  printData,
} from './command-context.ts';
import { commandFamily } from './command-family.ts';
import {
  createPersonalToken,
  loadPersonalTokens,
  personalNotes,
  personalTokensText,
  revokePersonalToken,
  setPersonalRole,
} from './personal-tokens.ts';
import { ago, type Paint, plain, table } from './print.ts';

type JsonArguments = GlobalArguments & { json: boolean };

export function tokenCommand(context: CommandContext): CommandModule<GlobalArguments, GlobalArguments> {
  return commandFamily({
    word: 'token',
    describe: 'Let a node join by a line to paste there, or a person in by a token with a role; list and revoke them',
    members: (yargs) =>
      yargs
        .command(createCommand(context))
        .command(listCommand(context))
        .command(revokeCommand(context))
        .command(roleCommand(context)),
    expected: 'create, list, revoke or role',
    examples: [
      ['$0 token create --role operator --name anna', 'for a person, who asks from elsewhere'],
      ['$0 token create', 'one line; paste it as root on the node'],
      ['$0 token list', 'who joined by which, and which are still open'],
    ],
  });
}

type CreateArguments = JsonArguments & {
  name: string | undefined;
  role: Role | undefined;
  ttl: number | undefined;
  pool: string;
};

function createCommand(context: CommandContext): CommandModule<GlobalArguments, CreateArguments> {
  return {
    command: 'create',
    describe: 'Make a token that one node can join by, once, and print the line for it; with --role: one for a person',
    builder: (yargs) =>
      jsonOption(yargs)
        .option('name', {
          type: 'string',
          requiresArg: true,
          describe: "The node's name; without it: its host name. The person's name",
        })
        .option('role', {
          type: 'string',
          requiresArg: true,
          coerce: (value: unknown) => (value === undefined ? undefined : wordOf(ROLES, '--role')(value)),
          describe: `A personal token, for the commands and the web page: ${ROLES.join(', ')}`,
        })
        .option('ttl', {
          type: 'string',
          requiresArg: true,
          coerce: durationOption('--ttl'),
          describe: 'How long it may be used, such as 1h; without it: join.tokenTime, a person until it is revoked',
        })
        .option('pool', { type: 'string', requiresArg: true, default: 'default', describe: 'The pool of the node' })
        .example('$0 token create --name desk --ttl 1h', 'for one machine, within the hour') as never,
    handler: async ({ name, role, ttl, pool, ...args }) => {
      if (role !== undefined) {
        const created = await createPersonalToken(adminClient(context, args), { name, role, ttl });
        printData(context, args.json, created, ({ token }) => `${token}\n`);
        if (!args.json) context.stderr.write(personalNotes(created, context.nowMs()));
        return;
      }
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
    describe: 'List the tokens of nodes and persons: open, used, expired, revoked',
    builder: jsonOption,
    handler: async (args) => {
      const client = adminClient(context, args);
      const nodes = await client.get<JoinTokenView[]>('/api/tokens');
      const persons = await loadPersonalTokens(client);
      const all = [
        ...nodes.map((token) => ({ kind: 'join', ...token })),
        ...persons.map((token) => ({ kind: 'personal', ...token })),
      ];
      const [now, paint] = [context.nowMs(), paintFor(context)];
      printData(
        context,
        args.json,
        all,
        () => `${tokensText(nodes, now, paint)}\n${personalTokensText(persons, now, paint)}`,
      );
    },
  };
}

type RevokeArguments = JsonArguments & { token: number | string };

function revokeCommand(context: CommandContext): CommandModule<GlobalArguments, RevokeArguments> {
  return {
    command: 'revoke <token>',
    describe: "Take a join token back that nobody has used yet, or a person's token: at once, with its sessions",
    builder: (yargs) =>
      jsonOption(yargs).positional('token', {
        type: 'string',
        coerce: tokenNumberOrName,
        demandOption: true,
        describe: 'Number of a join token, or the name of a person, as list shows it',
      }) as never,
    handler: async (args) => {
      const client = adminClient(context, args);
      if (typeof args.token === 'string') {
        const revoked = await revokePersonalToken(client, args.token);
        return printData(context, args.json, revoked, ({ name }) => `the token of ${plain(name)} is revoked\n`);
      }
      const token = await client.post<JoinTokenView>(`/api/tokens/${args.token}/revoke`, {});
      printData(context, args.json, token, revokedText);
    },
  };
}

type RoleArguments = JsonArguments & { name: string; role: Role };

function roleCommand(context: CommandContext): CommandModule<GlobalArguments, RoleArguments> {
  return {
    command: 'role <name> <role>',
    describe: "Change the role of a person's token; it holds from the next request on",
    builder: (yargs) =>
      jsonOption(yargs)
        .positional('name', { type: 'string', demandOption: true, describe: 'As list shows it' })
        .positional('role', {
          type: 'string',
          coerce: wordOf(ROLES, 'role'),
          demandOption: true,
          describe: ROLES.join(', '),
        })
        .example('$0 token role anna viewer', 'she may look, and no more') as never,
    handler: async (args) => {
      const token = await setPersonalRole(adminClient(context, args), args.name, args.role);
      printData(context, args.json, token, ({ name, role }) => `the token of ${plain(name)} has the role ${role}\n`);
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
