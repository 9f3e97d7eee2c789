import type { JoinToken } from '@binhost/shared/join';
import type { JoinAnswer } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import { agentError } from '../agent-errors.ts';
import { readBinrepos } from '../collect/read-binrepos.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import type { Keyring } from '../keyring/run-keyring.ts';
import { entriesOfPool } from '../prove/judge-index.ts';
import type { JoinStepName } from './join-step-names.ts';
import type { PlannedStep } from './join-steps.ts';
import { proveProbe } from './prove-probe.ts';
import { runPortageLook } from './run-portage-look.ts';

export interface ProofQuestion {
  token: JoinToken;
  answer: JoinAnswer;
  config: AgentConfig;
  steps: readonly PlannedStep[];
  keyring: Keyring;
  print: (text: string) => void;
}

/** Shows that what join did works together: Portage sees the pool, a package of it can be fetched and verified. @throws JOIN_FAILED */
export async function proveJoin(question: ProofQuestion, { clock, signal }: { clock: Clock; signal: AbortSignal }) {
  const { answer, config, token, print, steps } = question;
  const isDone = (name: JoinStepName) => steps.some((step) => step.name === name && !step.skipped);
  if (isDone('repository')) {
    await provePortage(question, { clock, signal });
    print(`proven Portage looks at ${answer.packagesUrl}\n`);
  }
  if (answer.probePath === null) {
    print('       no probe package yet: the publisher makes it at its start\n');
  } else if (isDone('key')) {
    const { packagesUrl, probePath } = answer;
    const { gpg, gnupgHome } = config.portage;
    const timeLimitMs = config.link.connectLimit;
    const { fingerprint } = token;
    await proveProbe({ packagesUrl, probePath, fingerprint, gpg, gnupgHome, timeLimitMs, clock, signal });
    print('proven a signed package of the binhost was fetched and verified\n');
  }
}

async function provePortage(
  { answer, config }: ProofQuestion,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
) {
  const entries = entriesOfPool(await readBinrepos(config.portage.root), answer.packagesUrl);
  if (!entries.some(({ syncUri }) => syncUri === answer.packagesUrl)) {
    throw agentError(
      'JOIN_FAILED',
      `binrepos.conf: expected an entry with sync-uri = ${answer.packagesUrl}, found none`,
      {
        hint: 'Another file in /etc/portage/binrepos.conf may have a section of the same name: rename that one.',
      },
    );
  }
  const why = await runPortageLook(config, answer.packagesUrl, { clock, signal });
  if (why === undefined) return;
  throw agentError('JOIN_FAILED', `expected Portage to read the index at ${answer.packagesUrl}: ${why}`, {
    hint: 'See that this node reaches that address; packages.url on the binhost says another one.',
  });
}
