import { z } from 'zod';
import { challenge } from './challenge.ts';
import { collectNow } from './collect-now.ts';
import { indexPublished } from './index-published.ts';
import { packagesPublished } from './packages-published.ts';
import { signingKeys } from './signing-keys.ts';
import { welcome } from './welcome.ts';
import { wishes } from './wishes.ts';

/** All that a coordinator may say: it can make an agent look, show text, and name packages; never run a command. */
export const coordinatorMessage = z.discriminatedUnion('type', [
  challenge,
  welcome,
  collectNow,
  packagesPublished,
  indexPublished,
  wishes,
  signingKeys,
]);
export type CoordinatorMessage = z.infer<typeof coordinatorMessage>;
