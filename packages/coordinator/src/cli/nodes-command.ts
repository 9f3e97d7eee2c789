import type { CommandModule } from 'yargs';
import type { NodeDetail, NodeView } from '../status/view-types.ts';
import { type CommandContext, type GlobalArguments, paintFor, printData, viewClient } from './command-context.ts';
import { ago, counts, facts, type Paint, plain, stateText, table, variantText } from './print.ts';

type NodesArguments = GlobalArguments & { node: string | undefined; json: boolean };

export function nodesCommand(context: CommandContext): CommandModule<GlobalArguments, NodesArguments> {
  return {
    command: 'nodes [node]',
    describe: 'List the nodes, or show one with all its wishes',
    builder: (yargs) =>
      yargs
        .positional('node', { type: 'string', describe: 'Name of a node' })
        .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
        .example('$0 nodes', 'who reports, and when last')
        .example('$0 nodes alpha', 'what alpha wants, and how far each wish is') as never,
    handler: async (args) => {
      const client = viewClient(context, args);
      const paint = paintFor(context);
      const now = context.nowMs();
      if (args.node === undefined) {
        const nodes = await client.get<NodeView[]>('/api/nodes');
        return printData(context, args.json, nodes, (data) => nodesText(data, now, paint));
      }
      const node = await client.get<NodeDetail>(`/api/nodes/${encodeURIComponent(args.node)}`);
      printData(context, args.json, node, (data) => nodeText(data, now, paint));
    },
  };
}

export function nodesText(nodes: NodeView[], nowMs: number, paint: Paint): string {
  if (nodes.length === 0) return 'No node has connected yet.\n';
  const rows = nodes.map((node) => [
    node.name,
    onlineText(node, nowMs, paint),
    lookText(node, nowMs),
    counts(node.wishes),
  ]);
  return table(['NODE', 'CONNECTION', 'LAST LOOK', 'WISHES'], rows, paint);
}

export function nodeText(node: NodeDetail, nowMs: number, paint: Paint): string {
  const head = facts([
    ['node', node.name],
    ['pool', node.pool],
    ['connection', onlineText(node, nowMs, paint)],
    ['agent', node.agentVersion ?? 'unknown'],
    ['last look', lookText(node, nowMs)],
    ['takes', node.binaryOnly ? 'binaries only' : 'binaries, else compiles'],
  ]);
  if (node.wishList.length === 0) return `${head}\nIt wishes for nothing.\n`;
  const rows = node.wishList.map((wish) => [
    wish.cpv,
    stateText(wish.state, paint),
    wish.buildState ? stateText(wish.buildState, paint) : '-',
    plain([variantText(wish), wish.reason].filter(Boolean).join('; ')),
  ]);
  return `${head}\n${table(['PACKAGE', 'WISH', 'BUILD', 'VARIANT AND REASON'], rows, paint)}`;
}

function onlineText(node: NodeView, nowMs: number, paint: Paint): string {
  return node.online ? paint.good('online') : `seen ${ago(node.lastSeenAtMs, nowMs)}`;
}

function lookText({ report }: NodeView, nowMs: number): string {
  if (!report) return 'none yet';
  const problems = report.problems > 0 ? `, ${report.problems} problems` : '';
  return `${ago(report.lookedAtMs, nowMs)}, ${report.outcome}${problems}`;
}
