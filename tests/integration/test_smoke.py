from tests.worlds.rollouts import *
def test_it(world, mail):
    p = world.run()[0]
    print(p)
    assert len(mail.kept) == 5
    n = world.follow(DUE + timedelta(days=2))
    print(n, len(mail.kept), mail.connections)
