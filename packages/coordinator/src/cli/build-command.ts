import type { CommandModule } from 'yargs';
import type { RequestedBuild } from '../demand/request-build.ts';
import { adminClient, type CommandContext, type GlobalArguments, printData } from './command-context.ts';
import { plain, variantText } from './print.ts';

type BuildArguments = GlobalArguments & { atom: string; use: string | undefined; pool: string; json: boolean };

export function buildCommand(context: CommandContext): CommandModule<GlobalArguments, BuildArguments> {
  return {
    command: 'build <atom>',
    describe: 'Have a package built that no node reports: the best visible ebuild that the atom names',
    builder: (yargs) =>
      yargs
        .positional('atom', { type: 'string', demandOption: true, describe: 'A package atom' })
        .option('use', {
          type: 'string',
          requiresArg: true,
          describe: 'Flags on top of the pool\'s own, such as "dbus -idn"',
        })
        .option('pool', {
          type: 'string',
          requiresArg: true,
          default: 'default',
          describe: 'For the nodes of this pool',
        })
        .option('json', { type: 'boolean', default: false, describe: 'Print one JSON object' })
        .example('$0 build net-dns/dnsmasq --use "dbus -idn"', 'published for whoever wants these flags')
        .example("$0 build '=dev-lang/rust-1.88*' --pool desktop", 'the newest 1.88 for the pool desktop') as never,
    handler: async (args) => {
      const use = args.use?.split(/[\s,]+/).filter(Boolean);
      const body = { atom: args.atom, pool: args.pool, ...(use && { use }) };
      const requested = await adminClient(context, args).post<RequestedBuild>('/api/requests', body);
      printData(context, args.json, requested, requestText);
    },
  };
}

function requestText(requested: RequestedBuild): string {
  const { cpv, repository, build, publishedBuildId } = requested;
  const what = plain([`${cpv}::${repository}`, variantText(requested)].filter(Boolean).join(' '));
  if (!build) return `${what} is published already, as ${cpv}-${publishedBuildId}\n`;
  return `build ${build.buildId} of ${what} ${build.created ? 'is planned' : 'was planned before'}\n`;
}
