/**
 * Every state of a node in which it cannot, or not fully, say what it wants or take what is published: shown in `status`, in
 * the report's problems on both sides, and in docs/. One row each; who finds one adds a `detail`: what was seen, where.
 */
export interface SituationRow {
  /** A few words, as a heading. */
  title: string;
  /** What it means for this node. */
  text: string;
  whatToDo: string;
}

export const SITUATIONS = {
  'emerge-missing': {
    title: 'Portage cannot be started',
    text: 'A program of Portage is not there or cannot be executed, so nobody knows what this node wants.',
    whatToDo: 'See that the command works by hand; portage.emerge and portage.portageq name the programs.',
  },
  'emerge-hung': {
    title: 'emerge took too long',
    text: 'The look was ended at its time limit; what it had printed by then is no demand.',
    whatToDo: 'Run the look by hand to see where it stops, or raise look.timeLimit on a slow machine.',
  },
  'emerge-flooded': {
    title: 'emerge printed too much',
    text: 'The look was ended at its output limit; what it had printed by then is no demand.',
    whatToDo: 'Run the look by hand; look.maxOutput is the limit.',
  },
  'emerge-killed': {
    title: 'emerge was killed',
    text: 'A signal ended the look; most often the kernel, where memory was short.',
    whatToDo: 'Look for "Out of memory" in the kernel log; the next look follows by itself.',
  },
  'emerge-failed': {
    title: 'emerge failed',
    text: 'emerge ended without a list that says what this node wants.',
    whatToDo: 'Run it by hand (binhost-agent report --dry-run shows all) and correct what it says.',
  },
  'portage-crashed': {
    title: 'Portage itself failed',
    text: 'Portage ended by a fault of its own or of its Python.',
    whatToDo: 'Run `emerge --info`; where it fails too, repair sys-apps/portage and its Python.',
  },
  'portage-locked': {
    title: 'Portage waits for a lock',
    text: 'Another program holds a lock that emerge needs.',
    whatToDo: 'Wait for the other emerge; where none runs, a lock of a dead one is left: see `clean_locks`.',
  },
  'tree-broken': {
    title: 'An ebuild repository is broken',
    text: 'A repository is missing or cannot be read, so emerge has no list.',
    whatToDo: 'Run `emerge --sync`, or correct its location in /etc/portage/repos.conf.',
  },
  'profile-broken': {
    title: 'The profile is invalid',
    text: 'emerge refuses to list anything without a valid profile.',
    whatToDo: 'Choose one by `eselect profile`; sync first where its repository is missing.',
  },
  'config-broken': {
    title: "Portage's configuration cannot be read",
    text: 'A file below /etc/portage has a fault, so emerge does not even start.',
    whatToDo: 'Correct the line that it names.',
  },
  'not-permitted': {
    title: 'The agent may not do what a look needs',
    text: 'A file or directory of Portage is closed to the user that runs the agent.',
    whatToDo: 'Run the agent as root, or open the path that it names.',
  },
  'database-unreadable': {
    title: 'What is installed cannot be read',
    text: 'The package database is closed or damaged; the inventory that was read last still counts.',
    whatToDo: 'Run the agent as root, or correct portage.root.',
  },
  'binhost-unreachable': {
    title: 'Last look incomplete',
    text: 'A binhost could not be reached while emerge made the list, so the list is no demand: what is published there is missing in it.',
    whatToDo: 'The agent looks again by itself; see that the sync-uri of binrepos.conf answers.',
  },
  'look-incomplete': {
    title: 'Last look incomplete',
    text: 'The list was cut short or could not be read as a whole, so it is no demand.',
    whatToDo: 'See the problems beside it; `binhost-agent report --dry-run` shows all.',
  },
  'disk-full': {
    title: 'A disk is full',
    text: 'Something that must be written could not be, for want of room.',
    whatToDo: 'Make room on the file system of the path that it names; the agent goes on by itself.',
  },
  'state-unwritable': {
    title: "The agent's state cannot be written",
    text: 'Reports are still sent, but what is not acknowledged is lost when the agent ends.',
    whatToDo: 'Let the user that runs the agent write paths.state; mount the file system writable.',
  },
  'index-mismatch': {
    title: 'This node sees another index',
    text: 'The index that Portage has is not the one that the coordinator published, so nothing counts as ready.',
    whatToDo:
      'See that sync-uri names the coordinator itself and no proxy keeps an old copy; then delete the cached index that it names.',
  },
  'binhost-not-configured': {
    title: 'This node does not use the binhost',
    text: 'No entry of binrepos.conf names the address of the packages, so nothing published there can be used here.',
    whatToDo: 'Add an entry to /etc/portage/binrepos.conf whose sync-uri is the address of the packages.',
  },
  'keyring-unreadable': {
    title: 'The keyring is closed to Portage',
    text: 'Portage verifies packages as another user, which cannot read the keyring: every install of a signed package would fail.',
    whatToDo: 'Open it: chmod -R a+rX on the directory that it names (private keys in it stay closed), or run getuto.',
  },
  'signing-key-refused': {
    title: 'The binhost names a signing key that nobody vouches for',
    text: 'No key that this node trusts has signed it, so it was not taken: what it signs will be refused here.',
    whatToDo:
      'If it is right (the signing keys were lost, or named anew), join again with a new token; else find out who made it.',
  },
  'signing-key-not-taken': {
    title: 'A new signing key could not be taken',
    text: 'What the binhost signs with it will be refused here.',
    whatToDo:
      'Correct what it says; the agent tries again by itself. Joining again with a new token does the same by hand.',
  },
  'coordinator-untrusted': {
    title: 'The coordinator shows another certificate than expected',
    text: 'Whoever answers at coordinator.url may not be our coordinator: nothing was sent to it.',
    whatToDo:
      'If the coordinator was set up anew, join again with a new token; else find out who answers at that address.',
  },
  'identity-refused': {
    title: 'The coordinator does not let this node in',
    text: 'This node has not joined it, or it has revoked the identity of this node, or knows it by another name.',
    whatToDo:
      'Ask its owner for a new line of `binhost-coordinator token create` and paste it here; after a revocation run `binhost-agent leave` first. The agent asks again after link.refusedPause.',
  },
  'identity-in-use': {
    title: 'Another machine has the identity of this node',
    text: 'Two machines come in by one identity, most often since one is a copy of the other.',
    whatToDo:
      'On the copy, delete identity.pem and identity.json in its state directory, and join it by a token of its own.',
  },
  'message-refused': {
    title: 'The coordinator could not use a message',
    text: 'What the agent said does not fit the coordinator; both may be of different releases.',
    whatToDo: 'Compare the versions; update the older one.',
  },
  'look-broke': {
    title: 'A look could not be finished',
    text: 'A part of the look failed; what is known stands as it is.',
    whatToDo: 'See what it says; the next look follows by itself.',
  },
  fault: {
    title: 'A fault of the agent',
    text: 'Something failed that the agent does not know; it goes on.',
    whatToDo: 'Report it with the lines of its log.',
  },
} as const satisfies Record<string, SituationRow>;

export type SituationCode = keyof typeof SITUATIONS;

/** A situation that is there now. */
export interface Situation {
  code: SituationCode;
  /** What was seen: the path, the line, the program; one sentence. Empty: the row says it all. */
  detail: string;
}

/** For `status --json` and for the text beside it. */
export interface SituationView extends SituationRow {
  code: SituationCode;
  detail: string;
}

export function situationView({ code, detail }: Situation): SituationView {
  return { code, ...SITUATIONS[code], detail };
}

/** All of it in one paragraph. */
export function situationSentence({ code, detail }: Situation): string {
  const { title, text, whatToDo } = SITUATIONS[code];
  return `${title}: ${detail === '' ? text : `${withStop(detail)} ${text}`} ${whatToDo}`;
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
