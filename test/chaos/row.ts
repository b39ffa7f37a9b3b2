// One row of the matrix of faults: a fault, and how a room that suffers it shows that it is withstood.
import { Room, type RoomOptions } from "./room.ts";

export interface Row {
  /** Its number in the matrix. */
  readonly fault: number;
  /** What suffers it, and what is shown of it: together they are a sentence. */
  readonly subject: string;
  readonly name: string;
  readonly options?: RoomOptions;
  /** Makes the fault happen. @throws where the room does not withstand it */
  play(room: Room): Promise<void>;
}

/** Plays a row in a room of its own, which is judged in the end. */
export async function playRow({ options, play }: Row): Promise<void> {
  const room = await Room.open(options);
  try {
    await play(room);
    await room.judge();
  } catch (error) {
    // A node can only tell that its line is lost; why it is, the broker knows.
    const fates = room.fates;
    throw fates === "" ? error : new Error(`${(error as Error).message}\n${fates}`, { cause: error });
  } finally {
    await room.close();
  }
}
