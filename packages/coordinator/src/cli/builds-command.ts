import { BUILD_STATES, type BuildState } from '@binhost/shared/protocol';
import type { CommandModule } from 'yargs';
import type { BuildDetail, BuildView } from '../status/view-types.ts';
import { buildNumber, wordsOf } from './arguments.ts';
import { type CommandContext, type GlobalArguments, paintFor, printData, viewClient } from './command-context.ts';
import { ago, facts, type Paint, plain, stateText, table, variantText } from './print.ts';

type BuildsArguments = GlobalArguments & { build: number | undefined; state: BuildState[] | undefined; json: boolean };

export function buildsCommand(context: CommandContext): CommandModule<GlobalArguments, BuildsArguments> {
  return {
    command: 'builds [build]',
    describe: 'List the builds, newest first, or show one with its attempts',
    builder: (yargs) =>
      yargs
        .positional('build', { type: 'string', coerce: optionalBuild, describe: 'Number of a build' })
        .option('state', {
          type: 'string',
          requiresArg: true,
          coerce: wordsOf(BUILD_STATES, 'state'),
          describe: `Only builds in these states: ${BUILD_STATES.join(', ')}`,
        })
        .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
        .example('$0 builds --state failed', 'what does not build, and why')
        .example('$0 builds 12', 'build 12 with its attempts') as never,
    handler: async (args) => {
      const client = viewClient(context, args);
      const paint = paintFor(context);
      const now = context.nowMs();
      if (args.build === undefined) {
        const query = args.state ? `?state=${args.state.join(',')}` : '';
        const builds = await client.get<BuildView[]>(`/api/builds${query}`);
        return printData(context, args.json, builds, (data) => buildsText(data, now, paint));
      }
      const build = await client.get<BuildDetail>(`/api/builds/${args.build}`);
      printData(context, args.json, build, (data) => buildText(data, now, paint));
    },
  };
}

function optionalBuild(value: unknown): number | undefined {
  return value === undefined ? undefined : buildNumber(value);
}

export function buildsText(builds: BuildView[], nowMs: number, paint: Paint): string {
  if (builds.length === 0) return 'No such builds.\n';
  const rows = builds.map((build) => [
    String(build.id),
    build.cpv,
    stateText(build.state, paint),
    ago(build.sinceMs, nowMs),
    plain([variantText(build), build.reason].filter(Boolean).join('; ')),
  ]);
  return table(['BUILD', 'PACKAGE', 'STATE', 'SINCE', 'VARIANT AND REASON'], rows, paint);
}

export function buildText(build: BuildDetail, nowMs: number, paint: Paint): string {
  const head = facts([
    ['build', String(build.id)],
    ['package', `${build.cpv}:${build.slot}::${build.repository}`],
    ['pool', build.pool],
    ['variant', variantText(build) || 'no flags, no bindings'],
    ['state', `${stateText(build.state, paint)} since ${ago(build.sinceMs, nowMs)}`],
    ['reason', plain(build.reason)],
  ]);
  if (build.attemptList.length === 0) return head;
  const rows = build.attemptList.map((attempt) => [
    String(attempt.number),
    plain(attempt.builder),
    ago(attempt.startedAtMs, nowMs),
    attempt.outcome ?? 'running',
    plain(attempt.text ?? ''),
  ]);
  return `${head}\n${table(['ATTEMPT', 'BUILDER', 'BEGAN', 'OUTCOME', 'TEXT'], rows, paint)}`;
}
