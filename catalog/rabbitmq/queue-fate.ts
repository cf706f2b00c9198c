import type { Binding, Declared, Policy, Queue } from "./declared.ts";

/** What may happen to a queue and its messages while nobody touches them. */
export interface QueueFate {
  /** Why the queue itself may be gone, and after how many ms of nobody using it; null for one that stays. */
  readonly goes: { readonly why: string; readonly afterMs: number } | null;
  /** Whether messages have an expiry by the queue's own rule. */
  readonly messagesExpire: boolean;
  /** Names of the queues of the same vhost that expired messages may go to. */
  readonly feeds: readonly string[];
}

/** Read from a queue's arguments and from the policies that hold for it. Pure. */
export function fateOf(queue: Queue, declared: Declared): QueueFate {
  const rule = ruleOf(queue, declared);
  const expires = rule("expires");
  return {
    goes: wayToGo(queue, expires === undefined ? undefined : Number(expires)),
    messagesExpire: rule("message-ttl") !== undefined,
    feeds: deadLettersGoTo(queue, rule, declared.bindings),
  };
}

type Rule = (name: string) => unknown;

/** Arguments win over policies, of which one holds: that of the highest priority. */
function ruleOf(queue: Queue, declared: Declared): Rule {
  const policies = [declared.policies, declared.operatorPolicies].flatMap((all) => {
    const matching = all.filter((policy) => holdsFor(policy, queue));
    return matching.sort((left, right) => right.priority - left.priority).slice(0, 1);
  });
  return (name) =>
    queue.arguments[`x-${name}`] ?? policies.find(({ definition }) => name in definition)?.definition[name];
}

function holdsFor(policy: Policy, { name, vhost, type }: Queue): boolean {
  const kinds = ["all", "queues", type === "stream" ? "streams" : `${type}_queues`];
  if (policy.vhost !== vhost || !kinds.includes(policy["apply-to"])) return false;
  return new RegExp(policy.pattern, "u").test(name);
}

function wayToGo(queue: Queue, expires: number | undefined): QueueFate["goes"] {
  if (!queue.durable) return { why: "not durable, so it is gone with a restart", afterMs: 0 };
  if (queue.exclusive === true) return { why: "exclusive, so it goes with its connection", afterMs: 0 };
  if (queue.auto_delete === true)
    return { why: "auto-delete, so it goes with its last consumer", afterMs: 0 };
  if (expires === undefined) return null;
  return { why: `expires when nobody has used it for ${expires / 1_000} s`, afterMs: expires };
}

/** Whatever the exchange's type: any of the queues behind it may get a message. */
function deadLettersGoTo(queue: Queue, rule: Rule, bindings: readonly Binding[]): string[] {
  const exchange = rule("dead-letter-exchange");
  if (typeof exchange !== "string") return [];
  const routingKey = rule("dead-letter-routing-key");
  if (exchange === "") return [typeof routingKey === "string" ? routingKey : queue.name];
  const reached = new Set([exchange]);
  const queues = new Set<string>();
  for (const source of reached) {
    for (const { vhost, source: from, destination, destination_type } of bindings) {
      if (vhost !== queue.vhost || from !== source) continue;
      if (destination_type === "queue") queues.add(destination);
      else reached.add(destination);
    }
  }
  return [...queues].sort();
}
