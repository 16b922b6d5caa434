"""What the machines of both paying contracts share: actors, wallets, and a second set of books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hypothesis.stateful import RuleBasedStateMachine

from system.chain.sender import Call
from system.encrypted.contracts import purse
from tests.evm import Refused
from tests.unit.encrypted.federation import Federation
from tests.unit.encrypted.twin import Refusal

MEMBERS = 3
# Members 0 to 2; 3 and 4 are parties, 5 is none.
PARTIES, ACTORS = MEMBERS + 2, MEMBERS + 3


class Paying(RuleBasedStateMachine):
    """Wei go where the books say, and everybody who is refused is refused by the right name."""

    contract: str

    def build(self) -> None:
        """A federation in which nothing has happened."""
        self.federation = Federation.built(MEMBERS)
        self.evm = self.federation.evm
        members, outsiders = self.federation.group.members, self.federation.outsiders
        self.actors = [*members, *outsiders, self.evm.account()]

    def begin(self, contract: str) -> None:
        """Keep books of that contract from now on."""
        self.contract = contract
        self.wallets = [self.evm.balance(actor) for actor in self.actors]
        self.balances: Counter[int] = Counter(
            {at: purse.balance_of(self.evm, contract, one) for at, one in enumerate(self.actors)}
        )

    def both(self, actor: int, call: Call, told: Callable[[], object]) -> bool:
        """Do it in both; whether they took it, and alike."""
        expected = ""
        try:
            told()
        except Refusal as refusal:
            expected = str(refusal)
        refused = ""
        try:
            self.evm.send(self.actors[actor], call)
        except Refused as refusal:
            refused = refusal.name
        assert refused == expected
        if not refused:
            self.wallets[actor] -= call.value
        return not refused

    def take_out(self, actor: int) -> None:
        """Withdraw, in both."""
        owed = self.balances[actor]

        def told() -> None:
            if owed == 0:
                raise Refusal("NothingToWithdraw")

        if self.both(actor, purse.withdrawing(self.contract), told):
            self.wallets[actor] += self.balances.pop(actor)

    def check(self, held: int) -> None:
        """All wei are accounted for; `held` are of what is not settled."""
        assert [self.evm.balance(actor) for actor in self.actors] == self.wallets
        for at, actor in enumerate(self.actors):
            assert purse.balance_of(self.evm, self.contract, actor) == self.balances[at]
        assert self.evm.balance(self.contract) == held + self.balances.total()
