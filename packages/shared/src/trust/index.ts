export { PIN_PATTERN, pinOf } from './pin.ts';
export { COORDINATOR_SERVER_NAME } from './server-name.ts';
