import type {
  Challenge,
  CollectNow,
  CoordinatorMessage,
  IndexPublished,
  PackagesPublished,
  SigningKeys,
  Welcome,
  Wishes,
} from '@binhost/shared/protocol';

/** What the agent does with each message. A message counts as received when its handler has returned: what must be kept is on disk then. */
export interface CoordinatorHandlers {
  welcome(welcome: Welcome): void;
  collectNow(ask: CollectNow): void;
  packagesPublished(notice: PackagesPublished): void;
  indexPublished(told: IndexPublished): void;
  wishes(snapshot: Wishes): void;
  signingKeys(keys: SigningKeys): void;
}

/** All that a coordinator may say after its challenge, and who takes it. */
export function onCoordinatorMessage(
  message: Exclude<CoordinatorMessage, Challenge>,
  handlers: CoordinatorHandlers,
): void {
  switch (message.type) {
    case 'welcome':
      return handlers.welcome(message);
    case 'collect-now':
      return handlers.collectNow(message);
    case 'packages-published':
      return handlers.packagesPublished(message);
    case 'index-published':
      return handlers.indexPublished(message);
    case 'wishes':
      return handlers.wishes(message);
    case 'signing-keys':
      return handlers.signingKeys(message);
  }
}
