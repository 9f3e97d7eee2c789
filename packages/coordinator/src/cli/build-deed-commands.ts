import type { CommandModule } from 'yargs';
import type { BuildView, PolicyView } from '../status/view-types.ts';
import { buildNumber, buildOrPackage } from './arguments.ts';
import { adminClient, type CommandContext, type GlobalArguments, paintFor, printData } from './command-context.ts';
import { policyText } from './policy-command.ts';
import { type Paint, plain, stateText } from './print.ts';

/** What a person does with one build: `cancel`, `retry`, `approve`, `hold`. */
interface Deed {
  name: 'cancel' | 'retry' | 'approve';
  describe: string;
  example: string;
}

const DEEDS: Deed[] = [
  {
    name: 'cancel',
    describe: 'End a build for good: what runs is killed, and its variant is not planned again until a retry',
    example: 'nobody needs it',
  },
  {
    name: 'retry',
    describe: 'Try a build again at once: one that failed, waits out a pause, or was cancelled',
    example: 'after its cause was mended',
  },
  {
    name: 'approve',
    describe: 'Let a held build be built, or what a quarantined one made be published',
    example: 'status shows what waits for it',
  },
];

type DeedArguments = GlobalArguments & { build: number; reason: string | undefined; json: boolean };

export function buildDeedCommands(context: CommandContext): CommandModule<GlobalArguments, DeedArguments>[] {
  return DEEDS.map(({ name, describe, example }) => ({
    command: `${name} <build>`,
    describe,
    builder: (yargs) =>
      yargs
        .positional('build', { type: 'string', coerce: buildNumber, demandOption: true, describe: 'Number of a build' })
        .option('reason', { type: 'string', requiresArg: true, describe: 'Why, for whoever reads it later' })
        .option('json', { type: 'boolean', default: false, describe: 'Print the build as one JSON object' })
        .example(`$0 ${name} 12`, example) as never,
    handler: async (args) => {
      const body = { reason: args.reason };
      const build = await adminClient(context, args).post<BuildView>(`/api/builds/${args.build}/${name}`, body);
      printData(context, args.json, build, (data) => deedText(data, paintFor(context)));
    },
  }));
}

type HoldArguments = GlobalArguments & {
  what: ReturnType<typeof buildOrPackage>;
  reason: string | undefined;
  json: boolean;
};

export function holdCommand(context: CommandContext): CommandModule<GlobalArguments, HoldArguments> {
  return {
    command: 'hold <what>',
    describe: 'Let a build wait for a person before it is built, or all builds of a package from now on',
    builder: (yargs) =>
      yargs
        .positional('what', {
          type: 'string',
          coerce: buildOrPackage,
          demandOption: true,
          describe: 'Number of a build, or a package',
        })
        .option('reason', { type: 'string', requiresArg: true, describe: 'Why, for whoever reads it later' })
        .option('json', { type: 'boolean', default: false, describe: 'Print the build or policy as one JSON object' })
        .example('$0 hold 12', 'only this build; approve lets it go')
        .example('$0 hold dev-lang/rust', 'by a policy; policy remove lifts it') as never,
    handler: async (args) => {
      const { what, reason } = args;
      const client = adminClient(context, args);
      const paint = paintFor(context);
      if ('build' in what) {
        const build = await client.post<BuildView>(`/api/builds/${what.build}/hold`, { reason });
        return printData(context, args.json, build, (data) => deedText(data, paint));
      }
      const policy = await client.post<PolicyView>('/api/packages/hold', { atom: what.atom, reason });
      printData(context, args.json, policy, policyText);
    },
  };
}

function deedText(build: BuildView, paint: Paint): string {
  return `build ${build.id} of ${build.cpv} is ${stateText(build.state, paint)}: ${plain(build.reason)}\n`;
}
