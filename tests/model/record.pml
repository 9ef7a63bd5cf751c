/* Record, undo and reading, as in core/ledger/shard.h and undo.cc: one writer, two cells, events of
 * one or two cells, a writer that may be killed between any two stores, two readers in a row.
 *
 * An event adds 1 to a cell's first word and the new first word to its second, so that of a whole
 * number of events n the second word is n(n+1)/2: any mixture of two states shows.
 *
 * Claims, as assertions: what a reader takes is whole (WHOLE), holds every event that had returned
 * before it began and none that had not begun (RETURNED, BEGUN), never goes back (MONOTONE), and
 * when the writer is dead shows an event in both its cells or in neither (TOGETHER); a reader of a
 * dead writer's cell needs no second try (NO WAIT).
 *
 * Lines between "protocol" and "end" are mutated by model.py: stores dropped and swapped with their
 * neighbours, guards negated and taken for granted. The interleaving is sequentially consistent. */

#define CELLS 2
#ifndef EVENTS
#define EVENTS 3
#endif

byte sequence[CELLS], events[CELLS], sum[CELLS];
byte generation, image_count;
byte image_cell[CELLS], image_sequence[CELLS], image_events[CELLS], image_sum[CELLS];
bool dead;

/* What really happened: events whose record returned, and that began. */
byte returned[CELLS], begun[CELLS];
bool in_both;      /* the event being recorded changes both cells */

#define ALIVE atomic { !dead ->
#define END }

active proctype Writer() {
  byte round, first, cells, i, c;
  do
  :: round == EVENTS -> break
  :: else ->
    d_step {
      round++; i = 0; first = 0; cells = 1; in_both = false;
    }
    if
    :: atomic { cells = 2; in_both = true }
    :: first = 1
    :: skip
    fi;
    d_step {
      begun[first]++;
      if :: cells == 2 -> begun[1]++ :: else fi
    }
    for (i : 0 .. cells - 1) {
      c = first + i;
      /* protocol: images */
      ALIVE image_cell[i] = c END
      ALIVE image_sequence[i] = sequence[c] END
      ALIVE image_events[i] = events[c] END
      ALIVE image_sum[i] = sum[c] END
      /* end */
    }
    /* protocol: open */
    ALIVE image_count = cells END
    ALIVE generation = generation + 1 END
    /* end */
    for (i : 0 .. cells - 1) {
      c = first + i;
      /* protocol: apply */
      ALIVE sequence[c] = sequence[c] + 1 END
      ALIVE events[c] = image_events[i] + 1 END
      ALIVE sum[c] = image_sum[i] + image_events[i] + 1 END
      /* end */
    }
    /* protocol: commit */
    ALIVE generation = generation + 1 END
    /* end */
    for (i : 0 .. cells - 1) {
      c = first + i;
      /* protocol: rest */
      ALIVE sequence[c] = sequence[c] + 1 END
      /* end */
    }
    ALIVE d_step {
      returned[first]++;
      if :: cells == 2 -> returned[1]++ :: else fi;
      in_both = false
    } END
  od
}

active proctype Killer() { dead = true }

byte taken_events, taken_sum;   /* what the last reading took */

inline Read(c) {
  tries_dead = 0;
  done = false;
  do
  :: done -> break
  :: else ->
    if :: dead -> tries_dead++; assert(tries_dead <= 1) /* NO WAIT */ :: else fi;
    /* at rest */
    s = sequence[c];
    if
    :: s % 2 == 0 ->
      e = events[c];
      u = sum[c];
      if
      /* protocol: rest guard */
      :: (sequence[c] == s) -> done = true
      /* end */
      :: else
      fi
    :: else
    fi;
    if
    :: done
    :: else ->
      g = generation;
      if
      :: g % 2 == 1 ->
        n = image_count;
        i = 0;
        do
        :: i >= n || i >= CELLS -> break
        /* protocol: image guard */
        :: i < n && i < CELLS && (image_cell[i] != c) -> i++
        /* end */
        :: else ->
          s = image_sequence[i];
          e = image_events[i];
          u = image_sum[i];
          if
          /* protocol: pre-image guards */
          :: (sequence[c] == s + 1) ->
          /* end */
            if
            /* protocol: generation guard */
            :: (generation == g) -> done = true
            /* end */
            :: else
            fi
          :: else
          fi;
          break
        od
      :: else ->
        s = sequence[c];
        e = events[c];
        u = sum[c];
        if
        /* protocol: committed guards */
        :: (s % 2 == 1) && (sequence[c] == s) ->
        /* end */
          if
          /* protocol: committed generation guard */
          :: (generation == g) -> done = true
          /* end */
          :: else
          fi
        :: else
        fi
      fi
    fi
  od;
  assert(u == e * (e + 1) / 2);                       /* WHOLE */
}

active proctype Reader() {
  byte s, e, u, g, n, i, tries_dead, least, last, first_of_two;
  bool done;
  /* One cell twice, while the writer does what it likes. */
  least = returned[0];
  Read(0);
  assert(least <= e && e <= begun[0]);                /* RETURNED, BEGUN */
  last = e;
  least = returned[0];
  Read(0);
  assert(least <= e && e <= begun[0]);
  assert(last <= e);                                  /* MONOTONE */
  /* Both cells of a writer that is dead. */
  dead;
  Read(0);
  first_of_two = e - returned[0];
  Read(1);
  assert(returned[1] <= e && e <= begun[1]);
  assert(!in_both || first_of_two == e - returned[1]);  /* TOGETHER */
}
