import type { EbuildDescription } from '../sim-portage/host-description.ts';
import type { EbuildOf } from './fleet.ts';

/** An ebuild of a fleet as the simulated Portage is told of it. */
export function ebuildDescription({
  compileSeconds,
  breaks,
  srcUri,
  source: _source,
  library,
  finds,
  ...rest
}: EbuildOf): EbuildDescription {
  const fault = breaks ? 'compile' : srcUri ? 'fetch' : undefined;
  return {
    ...rest,
    seconds: compileSeconds ?? 0,
    ...(fault ? { fault } : {}),
    ...(library ? { libraries: [library] } : {}),
    ...(finds ? { finds: [finds] } : {}),
  };
}
