export { type LineDestination, plainLines } from './plain-lines.ts';
export { oneLine, safeJson, terminalStream, terminalText } from './terminal-text.ts';
