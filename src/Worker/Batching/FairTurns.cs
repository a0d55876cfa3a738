namespace QueueInference.Worker.Batching;

/// <summary>Whose turn it is on a device: of those that have work, the one that has had the least of its time. Its owner locks.</summary>
/// <remarks>One that comes back from idling begins level with the others, so that it has saved nothing up.</remarks>
internal sealed class FairTurns<T>
    where T : class
{
    private readonly List<Share> _shares = [];
    private TimeSpan _level;

    public void Add(T member) => _shares.Add(new Share(member));

    public void Remove(T member) => _shares.RemoveAll(share => share.Member == member);

    /// <summary>The next one; null when none has work.</summary>
    public T? Next(Func<T, bool> hasWork)
    {
        _shares.ForEach(share => share.Update(hasWork(share.Member), _level));
        var next = _shares.Where(share => !share.Idle).MinBy(share => share.Used);
        _level = next?.Used ?? _level;
        return next?.Member;
    }

    /// <summary>Charges device time.</summary>
    public void Charge(T member, TimeSpan time) => _shares.Find(share => share.Member == member)?.Charge(time);

    private sealed class Share(T member)
    {
        public T Member => member;

        public TimeSpan Used { get; private set; }

        public bool Idle { get; private set; } = true;

        public void Charge(TimeSpan time) => Used += time;

        public void Update(bool hasWork, TimeSpan level)
        {
            Used = Idle && hasWork && Used < level ? level : Used;
            Idle = !hasWork;
        }
    }
}
