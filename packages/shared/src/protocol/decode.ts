import type { z } from 'zod';
import { sharedError } from '../errors/shared-errors.ts';
import { type AgentMessage, agentMessage } from './agent-message.ts';
import { type CoordinatorMessage, coordinatorMessage } from './coordinator-message.ts';
import { type Frame, frame } from './frame.ts';

/** Text of a frame → Frame. @throws PROTOCOL_BAD_FRAME */
export function decodeFrame(text: string): Frame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw sharedError('PROTOCOL_BAD_FRAME', `expected a frame in JSON, got ${text.length} characters that are none`, {
      cause,
    });
  }
  const result = frame.safeParse(value);
  if (result.success) return result.data;
  throw sharedError('PROTOCOL_BAD_FRAME', `expected a frame, got one that does not fit: ${firstIssue(result.error)}`);
}

/** @throws PROTOCOL_BAD_MESSAGE naming the field */
export function decodeAgentMessage(value: unknown): AgentMessage {
  return decode(agentMessage, value);
}

/** @throws PROTOCOL_BAD_MESSAGE naming the field */
export function decodeCoordinatorMessage(value: unknown): CoordinatorMessage {
  return decode(coordinatorMessage, value);
}

function decode<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const type =
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
      ? JSON.stringify(value.type.slice(0, 50)).slice(1, -1)
      : 'none';
  throw sharedError('PROTOCOL_BAD_MESSAGE', `message of type '${type}' does not fit: ${firstIssue(result.error)}`);
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'the whole'}: ${issue.message}` : 'unknown';
}
