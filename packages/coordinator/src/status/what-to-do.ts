import type { BuildState, WishState } from '@binhost/shared/protocol';
import type { FailureKind } from '../queue/build-state.ts';

/** The program's name, as it stands in the commands that we name. */
const PROGRAM = 'binhost-coordinator';

export interface StoppedBuild {
  id: number;
  state: BuildState;
  failureKind: FailureKind | null;
  heldBy: 'person' | 'policy' | 'check' | null;
}

/** What moves a build that does not go on by itself, with the command; undefined: nothing needs to be done. Pure. */
export function whatToDoAboutBuild({ id, state, failureKind, heldBy }: StoppedBuild): string | undefined {
  switch (state) {
    case 'held':
      return `\`${PROGRAM} approve ${id}\` lets it be built, \`${PROGRAM} cancel ${id}\` ends it${
        heldBy === 'policy' ? `; \`${PROGRAM} policy list\` shows what holds it` : ''
      }.`;
    case 'quarantined':
      return `\`${PROGRAM} approve ${id}\` publishes it as it is, \`${PROGRAM} cancel ${id}\` throws it away.`;
    case 'failed':
      return `${CURES[failureKind ?? 'machinery']}, then \`${PROGRAM} retry ${id}\`.`;
    case 'cancelled':
      return `\`${PROGRAM} retry ${id}\` has it built after all.`;
    default:
      return undefined;
  }
}

const CURES: Record<FailureKind, string> = {
  package: 'Read its log and mend the ebuild, or wait for a newer one',
  fetch: 'See that the binhost reaches its mirrors, or put the sources into its DISTDIR',
  config: "Mend the binhost's configuration as the reason says",
  machinery: "Mend what the reason names on the binhost; the builder's log says more",
};

/** What helps a wish that no build will help; undefined: nothing needs to be done. Pure. */
export function whatToDoAboutWish({
  node,
  state,
  reasonCode,
}: {
  node: string;
  state: WishState;
  reasonCode: string | null;
}): string | undefined {
  switch (state) {
    case 'refused':
      if (reasonCode === 'signature') {
        return `Let ${node} trust the pool's key: key.asc in the published directory, see \`binhost-agent status\` there.`;
      }
      return `Mend on ${node} what the reason names; its next look takes it. It is not built again.`;
    case 'unbuildable':
      if (reasonCode === 'denied') {
        return `\`${PROGRAM} policy list\` shows what denies it, \`${PROGRAM} policy remove\` has it built after all.`;
      }
      return 'Mend what the reason names; the next look of the node has it planned.';
    case 'waiting':
      return reasonCode === 'over-budget'
        ? `It goes on by itself when the budget of ${node} allows; limits.wishesPerNode and limits.buildsPerDay set it.`
        : undefined;
    case 'excluded':
      return reasonCode === 'policy' ? 'Take it out of demand.exclude if it should be built.' : undefined;
    default:
      return undefined;
  }
}
