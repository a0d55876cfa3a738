using QueueInference.Core.Payloads;

namespace QueueInference.Tests.Shared;

/// <summary>What every payload store must show.</summary>
public abstract class PayloadStoreContract
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;
    private readonly string _name = "p00" + Guid.NewGuid().ToString("N");

    protected abstract IPayloadStore Store { get; }

    /// <summary>Whether anything is kept under this name, whole or not.</summary>
    protected abstract Task<bool> KeepsAnythingAsync(string name);

    [Theory]
    [InlineData(1)]
    [InlineData(PayloadPieces.MaxBytes)]
    [InlineData((3 * PayloadPieces.MaxBytes) + 17)]
    [InlineData((9 * PayloadPieces.MaxBytes) - 1)]
    public async Task Write_ThenRead_IsTheSame(int length)
    {
        var bytes = Bytes(length, seed: length);
        await Store.WriteAsync(_name, Pieces(bytes), Stop);
        Assert.Equal(bytes, await ReadAsync(_name));
        await Store.DeleteAsync(_name, Stop);
    }

    [Fact]
    public async Task Write_PiecesOfUnequalSize_AreJoined()
    {
        var bytes = Bytes(300_000, seed: 3);
        int[] cuts = [0, 1, 70_000, 70_001, 250_000, 300_000];
        var pieces = cuts.Zip(cuts.Skip(1), (from, to) => (ReadOnlyMemory<byte>)bytes.AsMemory(from, to - from));
        await Store.WriteAsync(_name, pieces.ToAsyncEnumerable(), Stop);
        Assert.Equal(bytes, await ReadAsync(_name));
        await Store.DeleteAsync(_name, Stop);
    }

    [Fact]
    public async Task Write_BuffersReusedBetweenPieces_KeepsEachPiece()
    {
        await Store.WriteAsync(_name, Reused(), Stop);
        byte[] expected = [.. Enumerable.Range(1, 6).SelectMany(value => Enumerable.Repeat((byte)value, PayloadPieces.MaxBytes))];
        Assert.Equal(expected, await ReadAsync(_name));
        await Store.DeleteAsync(_name, Stop);

        static async IAsyncEnumerable<ReadOnlyMemory<byte>> Reused()
        {
            var buffer = new byte[PayloadPieces.MaxBytes];
            for (byte value = 1; value <= 6; value++)
            {
                buffer.AsSpan().Fill(value);
                yield return buffer;
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task Write_UntilItIsWhole_ShowsNothing()
    {
        var seen = new List<bool>();
        await Store.WriteAsync(_name, Watched(), Stop);
        Assert.Equal([false, false, false], seen);
        Assert.NotNull(await ReadAsync(_name));
        await Store.DeleteAsync(_name, Stop);

        async IAsyncEnumerable<ReadOnlyMemory<byte>> Watched()
        {
            for (var i = 0; i < 3; i++)
            {
                yield return Bytes(PayloadPieces.MaxBytes, i);
                seen.Add(await ReadAsync(_name) is not null);
            }
        }
    }

    [Fact]
    public async Task Write_PiecesThrow_ThrowsThatAndDeleteLeavesNothing()
    {
        var thrown = await Assert.ThrowsAsync<IOException>(() => Store.WriteAsync(_name, Breaking(), Stop));
        Assert.Equal("the client has gone", thrown.Message);
        Assert.Null(await Store.OpenAsync(_name, Stop));
        await Store.DeleteAsync(_name, Stop);
        Assert.False(await KeepsAnythingAsync(_name));

        static async IAsyncEnumerable<ReadOnlyMemory<byte>> Breaking()
        {
            for (var i = 0; i < 8; i++)
            {
                yield return Bytes(PayloadPieces.MaxBytes, i);
            }

            await Task.Yield();
            throw new IOException("the client has gone");
        }
    }

    [Fact]
    public async Task Delete_AgainOrNeverWritten_IsNoFault()
    {
        await Store.DeleteAsync(_name, Stop);
        await Store.WriteAsync(_name, Pieces(Bytes(100, 1)), Stop);
        Assert.True(await KeepsAnythingAsync(_name));
        await Store.DeleteAsync(_name, Stop);
        await Store.DeleteAsync(_name, Stop);
        Assert.Null(await Store.OpenAsync(_name, Stop));
        Assert.False(await KeepsAnythingAsync(_name));
    }

    [Fact]
    public async Task Open_LeftHalfRead_IsNoFault()
    {
        var bytes = Bytes(3 * PayloadPieces.MaxBytes, 5);
        await Store.WriteAsync(_name, Pieces(bytes), Stop);
        await using (var stream = await Store.OpenAsync(_name, Stop))
        {
            await stream!.ReadExactlyAsync(new byte[10], Stop);
        }

        Assert.Equal(bytes, await ReadAsync(_name));
        await Store.DeleteAsync(_name, Stop);
    }

    private async Task<byte[]?> ReadAsync(string name)
    {
        await using var stream = await Store.OpenAsync(name, Stop);
        if (stream is null)
        {
            return null;
        }

        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, Stop);
        return memory.ToArray();
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] bytes) => PayloadPieces.Cut([bytes]).ToAsyncEnumerable();
}
