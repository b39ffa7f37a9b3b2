// The process `llm.nodes`: tells the other nodes of a cluster what this one has and how busy it is, and the coordinator of this node
// what they have.
import {
  cast,
  GroupMessage,
  joinGroup,
  monitorGroup,
  named,
  noReply,
  ok,
  type Pid,
  self,
  send,
  sendAfter,
  sendGroup,
  server,
} from "../../runtime/index.ts";
import { llmScope } from "./gate/scope.ts";
import { newsMs } from "./limits.ts";
import { type NewsMessage, type NodeNews, type NodeTable, noNodes, withNews, withoutNode } from "./nodes.ts";

export const nodeTellerName = "llm.nodes";

const coordinatorName = named("llm.coordinator");
const group = "nodes";

/** Needs the group scope `llm`, and the coordinator before it: that casts `own` to it, once it was asked to, and is cast `nodes`. */
export function nodeTeller() {
  return server(nodeTellerName, {
    init: () => ok(new Teller()),
    casts: {
      own: (teller: Teller, news: NodeNews) => {
        teller.tell(news);
        return noReply(teller);
      },
    },
    info: (teller, message) => {
      teller.hear(message);
      return noReply(teller);
    },
    formatState: ({ table }) => ({ nodes: [...table.keys()] }),
  });
}

class Teller {
  table: NodeTable = noNodes;
  readonly #me: Pid = self();
  #own: NodeNews | undefined;
  #number = 0;
  #isResting = false;
  #isStale = false;

  constructor() {
    joinGroup(llmScope, group, this.#me);
    // Those that are there are told with the first news, and tell of themselves because this one joins.
    monitorGroup(llmScope, group);
    cast(coordinatorName, "tell_nodes");
  }

  tell(news: NodeNews): void {
    this.#own = news;
    if (this.#isResting) {
      this.#isStale = true;
      return;
    }
    this.#isResting = true;
    this.#number += 1;
    sendGroup(llmScope, group, this.#message(news));
    sendAfter(this.#me, { type: "rested" } as never, newsMs);
  }

  hear(message: { readonly type: string }): void {
    if (message instanceof GroupMessage) this.#changed(message);
    else if (message.type === "rested") this.#rested();
    else if (message.type === "news") {
      const news = message as NewsMessage;
      if (news.node !== this.#me.node) this.#know(withNews(this.table, news));
    }
  }

  #changed({ change, pids }: GroupMessage): void {
    for (const pid of pids) {
      if (pid.node === this.#me.node) continue;
      if (change === "leave") this.#know(withoutNode(this.table, pid));
      else if (this.#own !== undefined) send(pid, this.#message(this.#own) as never);
    }
  }

  #rested(): void {
    this.#isResting = false;
    if (!this.#isStale || this.#own === undefined) return;
    this.#isStale = false;
    this.tell(this.#own);
  }

  #know(table: NodeTable): void {
    const isNews = table !== this.table;
    this.table = table;
    if (isNews) cast(coordinatorName, "nodes", [...table.values()]);
  }

  #message(news: NodeNews): NewsMessage {
    return { type: "news", ...news, from: this.#me, number: this.#number };
  }
}
