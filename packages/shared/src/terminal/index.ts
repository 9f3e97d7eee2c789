export { oneLine, safeJson, terminalStream, terminalText } from './terminal-text.ts';
