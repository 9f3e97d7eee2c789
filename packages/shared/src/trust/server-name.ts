/**
 * The name in every certificate that a coordinator makes for itself. Agents verify against it instead of the address that
 * they connect to, so that a binhost may move to another address or name.
 */
export const COORDINATOR_SERVER_NAME = 'binhost-coordinator';
