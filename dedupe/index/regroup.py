"""Groups after a change, for any keep order: only the units that the change touches are grouped anew.

Units that share buckets, directly or through others, form a component. Components are grouped independently, so a
change groups every component that it touches as a whole. The groups then equal those of all texts at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedupe.duplicates.candidates import collapse
from dedupe.duplicates.fingerprints import Signer
from dedupe.duplicates.settings import Settings
from dedupe.index.increments import Born, ChangedGroups, as_table, compare, sorted_entries
from dedupe.index.segment import make_segment
from dedupe.index.snapshot import Snapshot
from dedupe.job import KeepRule
from dedupe.policy import keep_keys, rank_units
from dedupe.sorting import distinct
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.hashing import U64


def regroup(
    before: Snapshot, settings: Settings, keep: KeepRule, born: Born, removed: Offsets, threads: int
) -> ChangedGroups:
    """Group what new units and removed documents touch.

    Parameters
    ----------
    before : Snapshot
        The index so far.
    settings : Settings
        How units are compared.
    keep : str
        The rule for the kept copy.
    born : Born
        New units.
    removed : int64 array
        Numbers of documents that go, ascending.
    threads : int
        Threads.
    """
    return _Change(before, settings, keep, born, removed, threads).decide()


class _Change:
    def __init__(
        self, before: Snapshot, settings: Settings, keep: KeepRule, born: Born, removed: Offsets, threads: int
    ) -> None:
        self._before, self._settings, self._keep, self._born = before, settings, keep, born
        self._threads = threads
        self._now = before.extended(make_segment(removed=removed)) if len(removed) else before
        self._dead = before.units_of(removed) if len(removed) else np.zeros(0, np.int64)

    def decide(self) -> ChangedGroups:
        born = self._born
        members, copy_of_members, copy_of = self._copies()
        stood = self._before.standing(members)
        stands = copy_of_members == members
        fresh = born.numbers[(copy_of == born.numbers) & (born.folded != 0)]
        added = np.concatenate((members[stands & ~stood], fresh))
        displaced = members[stood & ~stands]
        gone = np.union1d(displaced, self._dead[self._before.standing(self._dead)])
        gone_kept = gone[self._before.owners(gone).kept == gone]
        touched, keys = self._component(added, gone_kept, displaced)
        found = compare(
            as_table(self._texts(touched)),
            self._settings,
            keys.ravel(),
            np.tile(np.arange(len(touched)), len(keys)),
            self._rank(touched),
            np.zeros(len(touched), bool),
            self._threads,
        )
        kept, similarity = touched.copy(), np.ones(len(touched))
        kept[found.b], similarity[found.b] = touched[found.a], found.similarity
        of_added = np.isin(touched, added)
        old = touched < born.first
        was = self._before.owners(touched[old])
        was_kept = (was.kept == touched[old]) & (was.copy_of == touched[old])
        is_kept = kept[old] == touched[old]
        other = (was.kept != kept[old]) | (was.similarity != similarity[old]) | (was.copy_of != touched[old])
        moved = np.flatnonzero(old)[other]
        # Copies that are copies of another now; those that stand for others are among the moved ones.
        copies = np.flatnonzero(~stands & (self._before.stored(members).copy_of != copy_of_members))
        changed = np.concatenate((touched[moved], members[copies]))
        order = np.argsort(changed)
        out_kept, out_similarity = born.numbers, np.ones(len(born.folded))
        place = touched[~old] - born.first
        out_kept[place], out_similarity[place] = kept[~old], similarity[~old]
        lost = displaced[self._before.owners(displaced).kept == displaced]
        all_keys = keys[:, of_added]
        all_owners = np.tile(touched[of_added], len(keys))
        folded = self._folded(added)
        becomes = np.concatenate((displaced, born.numbers[copy_of != born.numbers]))
        return ChangedGroups(
            copy_of,
            out_kept,
            out_similarity,
            changed[order],
            np.concatenate((touched[moved], copy_of_members[copies]))[order],
            np.concatenate((kept[moved], members[copies]))[order],
            np.concatenate((similarity[moved], np.ones(len(copies))))[order],
            np.union1d(lost, touched[old][was_kept & ~is_kept]),
            touched[old][is_kept & ~was_kept],
            sorted_entries(all_keys.ravel(), all_owners),
            sorted_entries(folded, added),
            sorted_entries(self._folded(becomes), becomes),
            found.compared,
        )

    def _copies(self) -> tuple[Offsets, Offsets, Offsets]:
        """Units that were there and may have other copies now, and what these and the new ones are copies of."""
        born, now = self._born, self._now
        dead = self._before.values(self._dead, "folded").astype(np.uint64)
        hashes = np.concatenate((born.folded, dead))
        hashes = distinct(hashes[hashes != 0])
        members = now.find("fold", hashes)[1]
        if len(self._dead):
            # What stood for them may be gone: all copies are asked.
            members = distinct(np.concatenate((members, now.find("copy", hashes)[1])))
            members = members[now.alive(members)]
        else:
            members = distinct(members)
            members = members[now.standing(members)]
        table = as_table([now.texts(members), *born.texts])
        folded = np.concatenate((now.values(members, "folded").astype(np.uint64), born.folded))
        numbers = np.concatenate((members, born.numbers))
        copy_of = numbers[collapse(folded, table, self._rank(numbers), self._settings.facts, self._threads)]
        return members, copy_of[: len(members)], copy_of[len(members) :]

    def _component(self, added: Offsets, gone: Offsets, displaced: Offsets) -> tuple[Offsets, U64]:
        """All units that are joined through buckets to those that came or went, ascending, and their band keys."""
        bands = self._settings.bands.bands
        signer = Signer(self._settings)
        units, keys = [added], [self._keys(added, signer)]
        asked = distinct(np.concatenate((keys[0].ravel(), self._keys(gone, signer).ravel())))
        known = np.sort(np.concatenate((added, displaced)))
        frontier = asked
        while len(frontier):
            near = distinct(self._now.find("key", frontier)[1])
            near = near[~np.isin(near, known)]
            near = near[self._now.standing(near)]
            units.append(near)
            keys.append(self._keys(near, signer))
            known = np.union1d(known, near)
            fresh = distinct(keys[-1].ravel())
            frontier = fresh[~np.isin(fresh, asked)]
            asked = np.union1d(asked, frontier)
        numbers = np.concatenate(units)
        order = np.argsort(numbers)
        return numbers[order], np.concatenate([*keys, np.zeros((bands, 0), np.uint64)], axis=1)[:, order]

    def _keys(self, units: Offsets, signer: Signer) -> U64:
        """The band keys of units, which ascend."""
        old, new = self._split(units)
        return np.concatenate((signer.sign(self._before.texts(old))[0], self._born.keys[:, new]), axis=1)

    def _texts(self, units: Offsets) -> list[TextBatch]:
        """The texts of units, which ascend."""
        old, new = self._split(units)
        return [self._before.texts(old), *self._born.select(new)]

    def _split(self, units: Offsets) -> tuple[Offsets, Offsets]:
        """Split ascending numbers: those that were there, and the places of the others among the new ones."""
        old = int(np.searchsorted(units, self._born.first))
        return units[:old], units[old:] - self._born.first

    def _folded(self, units: Offsets) -> U64:
        folded: U64 = self._of_both(units, "folded", self._born.folded)
        return folded

    def _rank(self, units: Offsets) -> Offsets:
        """The place of each unit in keep order, among these."""
        wanted, value, length = {key.column for key in keep_keys(self._keep)}, None, None
        if "length" in wanted:
            start = self._of_both(units, "unit_start", np.zeros_like(self._born.size))
            length = self._of_both(units, "unit_end", self._born.size) - start
        if "value" in wanted:
            value = self._of_both(units, "value", self._born.value)
        return rank_units(units, self._keep, value=value, length=length)

    def _of_both(self, units: Offsets, name: str, of_born: Any) -> Any:
        """A column of units that were there and of new ones."""
        out = np.zeros(len(units), of_born.dtype)
        old = units < self._born.first
        out[old] = self._before.values(units[old], name)
        out[~old] = of_born[units[~old] - self._born.first]
        return out
